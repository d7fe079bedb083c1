// What somebody who waits is told: the tab's own signs, how long it still takes, the place in line, and honest words about a
// provider that says nothing.

import type { Locator, Page } from '@playwright/test'
import { MOVED, test } from '../support/maker.ts'
import { arrive, begin, cancel, Composer, expectPurse, hideable, join, look, make, settled, strip } from '../support/studio.ts'
import { expect } from '../support/test.ts'

/** What the tab's icon is made of: how much of its ring is closed, in percent, and whether its sun is there. */
async function ring(page: Page): Promise<{ closed: number; sun: boolean }> {
  await expect(page.locator('link[rel="icon"]'), 'a browser takes the best of several').toHaveCount(1)
  return page.locator('link[rel="icon"]').evaluate(async (link: HTMLLinkElement) => {
    const image = new Image(320, 320)
    image.src = link.href
    await image.decode()
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 320 })
    const paper = canvas.getContext('2d')!
    paper.drawImage(image, 0, 0, 320, 320)
    const isLit = (x: number, y: number) => {
      const [red, , blue, opacity] = paper.getImageData(Math.round(x), Math.round(y), 1, 1).data
      return opacity! > 200 && red! - blue! > 80
    }
    // Once around the middle of the ring, from the top on.
    const lit = Array.from({ length: 100 }, (_, step) => isLit(160 + 130 * Math.sin((step + 0.5) * 0.02 * Math.PI), 160 - 130 * Math.cos((step + 0.5) * 0.02 * Math.PI)))
    const closed = lit.filter(Boolean).length
    return { closed: lit.slice(0, closed).every(Boolean) ? closed : -1, sun: isLit(160, 160) }
  })
}

test('the title and the ring of the icon say how far it is on every kind of page, and are as before when it is ready', async ({ page, maker }) => {
  await join(page)
  maker.makes = 5
  const [card] = await begin(page, { prompt: 'a paper boat', ...MOVED })
  const pages = [['/create', 'Create', 10, 20], [`/v/${card!.id}`, 'a paper boat', 30, 45], ['/credits', 'Credits', 60, 70]] as const
  for (const [path, name, first, second] of pages) {
    maker.makes = first
    await arrive(page, path)
    await expect(page).toHaveTitle(`${first} % · ${name} · AiSora`)
    expect(await ring(page)).toEqual({ closed: first, sun: false })
    // In steps of five: a title that changes all the time is read out all the time.
    maker.makes = second + 4
    await expect(page).toHaveTitle(`${second} % · ${name} · AiSora`)
    expect(await ring(page)).toEqual({ closed: second, sun: false })
  }
  await arrive(page, `/v/${card!.id}`)
  await expect(page).toHaveTitle('70 % · a paper boat · AiSora')
  // In place, without a load.
  await page.getByRole('navigation', { name: 'Rooms' }).first().getByRole('link', { name: 'Create' }).click()
  await expect(page).toHaveTitle('70 % · Create · AiSora')
  maker.makes = 'ready'
  await expect(page).toHaveTitle('Create · AiSora')
  const icons = page.locator('link[rel="icon"]')
  await expect.poll(() => icons.evaluateAll((icons: HTMLLinkElement[]) => icons.map((icon) => icon.getAttribute('href')))).toEqual(['/favicon.ico', '/mark.svg'])
})

test('of tabs that nobody looks at one asks and tells the other, and both say that it is ready in title and icon until one looks', async ({ page, context, maker }) => {
  await hideable(context)
  await join(page)
  await context.clock.install()
  const tabs = [page, await context.newPage()]
  for (const tab of tabs) await tab.goto('/credits')
  maker.makes = 20
  await begin(page, { prompt: 'unseen', ...MOVED })
  for (const tab of tabs) await expect(tab).toHaveTitle('20 % · Credits · AiSora')
  for (const tab of tabs) await look('away', tab)
  // After half a minute they have given back their streams.
  await context.clock.fastForward(31_000)
  maker.makes = 'ready'
  await settled(page)
  const asked = new Set<Page>()
  for (const tab of tabs) tab.on('request', (request) => new URL(request.url()).pathname !== '/mark.svg' && asked.add(tab))
  await expect(async () => {
    await context.clock.fastForward(5_000)
    for (const tab of tabs) await expect(tab).toHaveTitle('Ready · Credits · AiSora', { timeout: 1_000 })
  }).toPass()
  expect(asked.size, 'one of them asked').toBe(1)
  for (const tab of tabs) {
    expect(await ring(tab)).toEqual({ closed: 100, sun: true })
    await look('back', tab)
    await expect(tab).toHaveTitle('Credits · AiSora')
  }
})

test('honest words: when the provider last answered, what is usual, and when it is given up', async ({ page, maker }) => {
  await join(page)
  // From three on there is something to say.
  await make(page, { prompt: 'made before', takes: 3, ...MOVED })
  maker.makes = 20
  const [card] = await begin(page, { prompt: 'a silent provider', ...MOVED })
  await arrive(page, '/create')
  const promises = page.locator('.making-promises')
  const left = async () => {
    const [, minutes, seconds] = /Gives up and refunds in (\d+):(\d\d)$/.exec(await promises.innerText()) ?? []
    return Number(minutes) * 60 + Number(seconds)
  }
  await expect(promises).toHaveText(/^(Usually ready in [^·]+ · )?Gives up and refunds in \d+:\d\d$/)
  const first = await left()
  expect(first, 'of a quarter of an hour').toBeLessThanOrEqual(900)
  expect(first).toBeGreaterThan(780)
  await expect.poll(left, 'it counts down').toBeLessThan(first)
  maker.makes = 40
  await expect(page.getByRole('main').getByText('40 %')).toBeVisible()
  maker.silent = true
  const silence = /^Provider last answered \d+ s ago · Usually ready in [^·]+ \(of the last \d+\) · Gives up and refunds in \d+:\d\d$/
  await expect(promises).toHaveText(silence)
  await arrive(page, `/v/${card!.id}`)
  await expect(promises).toHaveText(silence)
  maker.silent = false
  await expect(promises, 'it is heard again').toHaveText(/^Usually ready in [^·]+ · Gives up and refunds in [\d:]+$/)
  maker.makes = 'ready'
  await expect(page.locator('video.player')).toBeVisible()
  await expect(promises).toHaveCount(0)
})

test('the strip says how long it still takes', async ({ page, maker }) => {
  await join(page)
  maker.makes = 20
  // Of a length that nobody has made: nothing is usual.
  const [card] = await begin(page, { prompt: 'a paper boat', ...MOVED, seconds: 10 })
  await page.goto('/credits')
  await expect(strip(page).locator('.strip-left')).toHaveText(/^about \d+ s left$/)
  await expect(strip(page).locator('.strip-far')).toHaveText('20 %')
  await strip(page).locator('summary').click()
  await expect(strip(page).getByRole('listitem')).toContainText(/Rendering\s*20 %\s*\d+ s · about \d+ s left/)
  maker.makes = 98
  await expect(strip(page).locator('.strip-left')).toHaveText('nearly there')
  await expect(strip(page).getByRole('listitem')).toContainText(/Rendering\s*98 %\s*\d+ s · nearly there/)
  await cancel(page, card!.id)
})

test('the strip says the place in line, and it moves up', async ({ page, maker }) => {
  await join(page)
  maker.makes = 20
  const cards = await begin(page, { prompt: 'four of them', takes: 4, ...MOVED })
  await page.goto('/credits')
  // Two of one person are worked on at once.
  await expect(strip(page).locator('.strip-line')).toHaveText('2 videos are being made, 2 in line')
  await strip(page).locator('summary').click()
  const row = (place: number) => strip(page).getByRole('listitem').filter({ has: page.locator(`a[href="/v/${cards[place]!.id}"]`) })
  const line = (of: Locator) => of.locator('.strip-state')
  await expect(line(row(2))).toHaveText(/Waiting in line\s*place 1/)
  await expect(line(row(3))).toHaveText(/Waiting in line\s*place 2/)
  await row(0).getByRole('button', { name: 'Cancel' }).click()
  await expect(line(row(2))).toContainText('Rendering')
  await expect(line(row(3))).toHaveText(/Waiting in line\s*place 1/)
  await expect(strip(page).locator('.strip-line')).toHaveText('2 videos are being made, 1 in line')
})

test('a studio page hands what it hears to the strip, over changes of the page', async ({ page, maker }) => {
  await join(page)
  const [made] = await make(page, { prompt: 'made before' })
  await arrive(page, `/v/${made!.id}`)
  const streams: string[] = []
  page.on('request', (request) => new URL(request.url()).pathname === '/events' && streams.push(request.url()))
  maker.makes = 40
  await begin(page, { prompt: 'over the wire', ...MOVED })
  await expect(strip(page)).toContainText('1 video is being made')
  await page.getByRole('navigation', { name: 'Rooms' }).first().getByRole('link', { name: 'Create' }).click()
  await expect(page).toHaveURL(/\/create$/)
  await expect(strip(page)).toBeVisible()
  maker.makes = 'ready'
  await settled(page)
  await expect(strip(page), 'the room shows it').toBeHidden()
  expect(streams, 'one stream for the tab').toEqual([])
})

test('cancelling says that it is free, and gives the credits back', async ({ page, maker }) => {
  await join(page)
  maker.makes = 40
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('not this one')
  await composer.form.getByLabel('Model').selectOption('Mover')
  await composer.seconds.selectOption('10')
  await composer.go.click()
  await expectPurse(page, '180 credits 20 on hold')
  await expect(page.getByText('Cancelling is free')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
  const screen = page.locator('.not-made')
  await expect(screen).toContainText('Cancelled')
  await expect(screen).toContainText('Not charged')
  await expect(page.locator('.about')).toContainText('Not charged')
  await expectPurse(page, '200 credits')
  await expect(page.getByRole('status')).toContainText(/Cancelled, not charged/)

  await screen.getByRole('link', { name: 'Try again' }).click()
  await expect(composer.prompt).toHaveValue('not this one')
  await expect(composer.seconds).toHaveValue('10')

  await arrive(page, '/credits')
  const kinds = page.getByRole('row').filter({ has: page.getByRole('cell') })
  await expect(kinds).toContainText(['Not charged, back from the hold', 'Set aside', 'Credits given'])
  await expect(page.getByRole('definition')).toHaveText(['200', '0'])
})

test('without JavaScript running work is cancelled by its form', async ({ newPage, maker, watch }) => {
  watch.allow(/status of 422/)
  const page = await newPage({ javaScriptEnabled: false })
  await join(page)
  maker.makes = 40
  await page.goto('/create')
  await page.getByLabel('What should be seen').fill('a long shot')
  await page.getByLabel('Model').selectOption('Mover')
  await page.getByRole('button', { name: /^Create for/ }).click()
  // It offers other shapes and lengths: the price is asked for anew.
  await page.getByLabel('Length').selectOption('10')
  await page.getByRole('button', { name: /^Create for/ }).click()
  await page.getByRole('button', { name: /^Create for 20/ }).click()
  await expect(page.getByRole('progressbar')).toBeVisible()
  await expect(page.getByText('Cancelling is free')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page).toHaveURL(/\/create$/)
  await expect(page.locator('.not-made')).toContainText('Cancelled')
  await expect(page.locator('.not-made')).toContainText('Not charged')
  await expect(page.locator('a.purse')).toContainText('200 credits')
})
