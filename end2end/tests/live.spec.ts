// Work as it happens: over reloads, tabs, devices, cancelled work, and without an event stream.

import type { Page } from '@playwright/test'
import { test as moving } from '../support/maker.ts'
import { arrive, begin, Composer, expectMade, expectPlaying, expectPurse, hideable, join, look, make, player, settled, signIn, snapshot } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

test('a reload in the middle loses nothing', async ({ page }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('a long way')
  await composer.seconds.selectOption('10')
  await composer.go.click()
  let before = 0
  const seen = () => page.getByRole('main').evaluate((main) => main.querySelector('progress')?.value ?? 0)
  await expect.poll(async () => (before = await seen())).toBeGreaterThan(0)
  await arrive(page, '/create')
  // What the page came with, before anything was heard.
  await expect(page.getByLabel('Watched now')).toContainText('a long way')
  const now = () => page.evaluate(() => document.querySelector<HTMLProgressElement>('main progress')?.value ?? 100)
  expect(await now()).toBeGreaterThanOrEqual(before)
  await expectPlaying(player(page), [1280, 720])
  await expectPurse(page, '100 credits')
})

moving('two tabs and another device agree', async ({ page, context, newPage, maker }) => {
  const person = await join(page)
  const tab = await context.newPage()
  const device = await newPage()
  await signIn(device, person)
  await Promise.all([page, tab, device].map((each) => arrive(each, '/create')))

  maker.makes = 40
  const composer = new Composer(page)
  await composer.prompt.fill('seen from everywhere')
  await composer.form.getByLabel('Model').selectOption('Mover')
  await composer.go.click()
  for (const each of [page, tab, device]) {
    await expect(each.getByRole('progressbar')).toBeVisible()
    await expectPurse(each, '190 credits 10 on hold')
  }
  maker.makes = 'ready'
  for (const each of [page, tab, device]) {
    await expectMade(each)
    await expect(each.getByLabel('Watched now')).toContainText('Charged 10 credits')
    await expectPurse(each, '190 credits')
  }
})

test('a library that is open shows work as it goes on, and the video page its end', async ({ page, context }) => {
  await join(page)
  const [card] = await begin(page, { prompt: 'watched from the library', seconds: 8 })
  const library = await context.newPage()
  await Promise.all([arrive(library, '/library'), arrive(page, `/v/${card!.id}`)])
  await expectPlaying(player(page))
  await expect(library.locator('.tile img')).toBeVisible()
  await expect(library.getByRole('progressbar')).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Download' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Receipt' })).toContainText('Charged 80 credits')
})

moving('what waits says its place in the line, and starts by itself', async ({ page, maker }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('one after the other')
  await composer.form.getByLabel('Model').selectOption('Mover')
  await composer.takes(4).check()
  maker.makes = 40
  await composer.go.click()
  // Two of one person are worked on at once.
  await expect(page.getByRole('progressbar')).toHaveCount(4)
  await expect(page.getByText('Waiting in line').first()).toBeVisible()
  await expect(page.getByText(/^place \d+/).first()).toBeVisible()
  maker.makes = 'ready'
  await expectMade(page, 4)
  await expect(page.getByLabel('Watched now')).toContainText('Charged 40 credits')
})

test('every change of state is announced politely, and the percents are not', async ({ page }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await page.evaluate(() => {
    const said: string[] = []
    Object.assign(window, { said })
    const status = document.querySelector('p.unseen[role="status"]')!
    new MutationObserver(() => said.push(status.textContent ?? '')).observe(status, { childList: true, characterData: true, subtree: true })
  })
  await composer.prompt.fill('said aloud')
  await composer.seconds.selectOption('3')
  await composer.go.click()
  await expectMade(page)
  await expect(page.getByRole('status')).toHaveText('Ready: said aloud')
  const said = await page.evaluate(() => (window as unknown as { said: string[] }).said)
  expect(said).toContain('Rendering: said aloud')
  expect(said.length).toBeLessThanOrEqual(4)
  expect(said.join()).not.toMatch(/%/)
})

test('without the event stream the page still comes to the end', async ({ page, watch }) => {
  watch.allow(/\/events/)
  await join(page)
  await page.route('**/events*', (route) => route.abort())
  const failing = page.waitForEvent('requestfailed', (request) => request.url().includes('/events'))
  await page.goto('/create')
  await failing
  const composer = new Composer(page)
  await composer.prompt.fill('by asking')
  await composer.seconds.selectOption('1')
  await composer.go.click()
  await expectMade(page)
  await expectPurse(page, '190 credits')
  await expect(page.getByText('Connection lost')).toBeHidden()
})

test('a line that is gone for a while says so, and heals by itself', async ({ page, context, watch }) => {
  watch.allow(/ERR_INTERNET_DISCONNECTED/)
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('while nobody listens')
  await composer.seconds.selectOption('1')
  await expect(composer.go).toHaveAccessibleName('Create for 10 credits')
  await context.setOffline(true)
  await composer.go.click()
  await expect(composer.form.getByRole('alert')).toContainText(/could not be reached/)
  await expect(composer.prompt).toHaveValue('while nobody listens')
  await expect(page.getByText('Connection lost')).toBeVisible()
  await context.setOffline(false)
  await expect(page.getByText('Connection lost')).toBeHidden()
  await expect(composer.form.getByRole('alert'), 'it can be reached again').toBeEmpty()
  await composer.go.click()
  await expectMade(page)
  await settled(page)
  expect((await snapshot(page)).cards).toHaveLength(1)
})

/** The next work that is handed in arrives, and its answer does not. */
async function loseAnswer(page: Page): Promise<void> {
  await page.route(
    '**/api/generation/create',
    async (route) => {
      await route.fetch()
      await route.abort()
    },
    { times: 1 },
  )
}

test('an answer that was lost hides no second video: who asks for something else by then is told what was created', async ({ page, watch }) => {
  watch.allow(/ERR_FAILED/, /status of 422/)
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('the first of two')
  await composer.seconds.selectOption('1')
  await expect(composer.go).toHaveAccessibleName('Create for 10 credits')
  await loseAnswer(page)
  await composer.go.click()
  await expect(composer.form.getByRole('alert')).toContainText(/could not be reached/)
  await composer.prompt.fill('the second of two')
  await composer.go.click()
  await expect(composer.form.getByRole('alert')).toHaveText('What you sent before was created after all. Press again to create this as well.')
  await expect(composer.prompt, 'nothing is lost').toHaveValue('the second of two')
  await composer.go.click()
  const prompts = async () => (await snapshot(page)).cards.map((card) => card.prompt).sort()
  await expect.poll(prompts).toEqual(['the first of two', 'the second of two'])
  await expectPurse(page, '180 credits')
})

test('a price that comes late does not take the place of the one that was pressed at: the next press creates nothing twice', async ({ page, watch }) => {
  watch.allow(/ERR_FAILED/)
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('once for all')
  let release = () => {}
  const late = new Promise<void>((done) => (release = done))
  const asked = page.waitForRequest('**/api/generation/quote')
  const there = page.waitForResponse('**/api/generation/quote')
  let quotes = 0
  // Without `times`: a route that is used up lets go of what it still holds.
  await page.route('**/api/generation/quote', async (route) => {
    quotes += 1
    if (quotes > 1) return route.continue()
    const response = await route.fetch()
    await late
    await route.fulfill({ response })
  })
  await composer.seconds.selectOption('1')
  await asked
  await loseAnswer(page)
  // Asks for a price of its own, and is created at that.
  await composer.go.click()
  await there
  await expect(composer.form.getByRole('alert')).toContainText(/could not be reached/)
  const arrived = page.waitForResponse('**/api/generation/quote')
  release()
  await (await arrived).finished()
  await composer.go.click()
  await expectMade(page)
  await expect(composer.form.getByRole('alert')).toBeEmpty()
  expect((await snapshot(page)).cards).toHaveLength(1)
  await expectPurse(page, '190 credits')
})

test('tabs that were opened behind another take no line from it, and listen once they are looked at', async ({ page, context }) => {
  await join(page)
  const [card] = await make(page, { prompt: 'seen in many tabs' })
  // Browsers allow six connections to one server: these would hold them all.
  const behind: Page[] = []
  const listening: string[] = []
  for (const path of ['/library', '/credits', '/account', `/v/${card!.id}`, '/create', `/v/${card!.id}`, '/library', '/account/keys', '/account/presets']) {
    const tab = await context.newPage()
    await hideable(tab, true)
    tab.on('request', (request) => new URL(request.url()).pathname === '/events' && listening.push(path))
    await tab.goto(path)
    behind.push(tab)
  }
  await arrive(page, `/v/${card!.id}`)
  await page.goto('/credits')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(behind[4]!.locator('#create'), 'awake').toHaveAttribute('aria-disabled', 'true')
  expect(listening).toEqual([])
  const listens = behind[3]!.waitForRequest((request) => new URL(request.url()).pathname === '/events')
  await look('back', behind[3]!)
  await listens
})

test('a session that ended leads to the door and back to the same page', async ({ page, context, watch }) => {
  watch.allow(/status of 401/)
  const person = await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('kept over the door')
  await context.clearCookies()
  await composer.seconds.selectOption('3')
  await composer.go.click()
  await expect(page).toHaveURL(/\/sign-in\?next=(\/|%2F)create/)
  await expect(page.getByRole('main')).toContainText('Your session has ended.')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/create$/)
  await expect(composer.prompt).toHaveValue('kept over the door')
  await expect(composer.seconds).toHaveValue('3')
})
