// The main job: from a prompt to a finished video, and everything that can be done with it.

import fs from 'node:fs'
import { arrive, begin, cancel, Composer, expectMade, expectPlaying, expectPurse, make, player, settled, signUp } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

const PROMPT = 'a paper boat crossing a storm drain at dusk'

test('a person signs up, makes a video, watches it, finds it, downloads it, makes another and deletes it', async ({ page }) => {
  const composer = new Composer(page)

  await test.step('sign up leads to the studio, with credits', async () => {
    await signUp(page)
    await expect(page).toHaveURL(/\/create$/)
    await composer.open()
    await expectPurse(page, '200 credits')
  })

  await test.step('the price stands on the button', async () => {
    await composer.prompt.fill(PROMPT)
    await expect(composer.go).toHaveAccessibleName('Create for 40 credits')
    // Long enough for a bar to move on a quick machine.
    await composer.seconds.selectOption('12')
    await expect(composer.go).toHaveAccessibleName('Create for 120 credits')
    await expect(composer.reason).toHaveText(/^Leaves 80 credits/)
  })

  await test.step('the bar appears and moves', async () => {
    await page.evaluate(() => {
      // Frame by frame: on a quick machine it is over before anybody could ask twice.
      const seen = new Set<number>()
      const purses = new Set<string>()
      const names = new Set<string>()
      Object.assign(window, { seen, purses, names })
      const look = () => {
        const bar = document.querySelector<HTMLProgressElement>('main progress')
        if (bar) seen.add(bar.value)
        if (bar) names.add(bar.getAttribute('aria-label') ?? '')
        purses.add(document.querySelector<HTMLElement>('a.purse')?.innerText.replace(/\s+/g, ' ').trim() ?? '')
        requestAnimationFrame(look)
      }
      look()
    })
    await composer.go.click()
  })

  await test.step('the video plays in place', async () => {
    await expectPlaying(player(page), [1280, 720])
    await expect(page).toHaveURL(/\/create$/)
    const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<number> }).seen])
    expect(seen.filter((value) => value > 0 && value < 100).length, `the bar was seen at ${seen}`).toBeGreaterThan(1)
    const names = await page.evaluate(() => [...(window as unknown as { names: Set<string> }).names])
    expect(names.every((name) => name.length > 0), `the bar was called ${names}`).toBe(true)
    const purses = await page.evaluate(() => [...(window as unknown as { purses: Set<string> }).purses])
    expect(purses, 'what is on hold was shown').toContain('80 credits 120 on hold')
    expect(seen, 'the bar never goes back').toEqual([...seen].sort((a, b) => a - b))
    await expect(page.getByLabel('Watched now')).toContainText('Charged 120 credits')
  })

  await test.step('the credits are the same everywhere', async () => {
    await expectPurse(page, '80 credits')
    await arrive(page, '/credits')
    await expect(page.getByRole('definition')).toHaveText(['80', '0'])
    await expectPurse(page, '80 credits')
    await arrive(page, '/account')
    await expect(page.getByRole('main')).toContainText(/Credits\s*80/)
  })

  const tile = page.locator('.tile', { hasText: PROMPT })
  const preview = tile.locator('video')

  await test.step('the library shows it, and plays it under the pointer and under the focus', async () => {
    await arrive(page, '/library')
    await expect(tile).toHaveCount(1)
    const loaded = tile.locator('img').evaluate((poster: HTMLImageElement) => poster.decode().then(() => poster.naturalWidth))
    expect(await loaded).toBeGreaterThan(100)
    await expect(preview).toHaveCount(0)
    await tile.locator('a').first().hover()
    await expectPlaying(preview)
    await page.mouse.move(2, 2)
    await expect(preview).toHaveCount(0)
    await tile.locator('a').first().focus()
    await expectPlaying(preview)
  })

  await test.step('its page has player, prompt, parameters and receipt', async () => {
    await tile.locator('a').first().click()
    await expect(page).toHaveURL(/\/v\/[0-9A-Za-z-]+$/)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(PROMPT)
    await expectPlaying(player(page), [1280, 720])
    const main = page.getByRole('main')
    for (const fact of [/Picture\s*1280 × 720, 16:9/, /Length\s*12 s/, /Seed\s*\d+/, /File\s*[\d.]+ (MB|kB), MP4/]) {
      await expect(main).toContainText(fact)
    }
    const receipt = page.getByRole('region', { name: 'Receipt' })
    await expect(receipt.getByRole('listitem')).toContainText(['Asked for', 'Starting', 'Rendering', 'Saving the video', 'Ready'])
    await expect(receipt.locator('time').first()).toHaveText(/20\d\d, \d\d:\d\d:\d\d$/)
    await expect(receipt.locator('time').nth(1)).toHaveText(/^\d\d:\d\d:\d\d$/)
    await expect(receipt).toContainText(/Quoted\s*120 credits/)
    await expect(receipt).toContainText(/Result\s*Charged 120 credits/)
  })

  await test.step('the download is an MP4 with a good name', async () => {
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download' }).click()
    const download = await coming
    expect(download.suggestedFilename()).toBe('a-paper-boat-crossing-a-storm-drain-at-dusk-1280x720-12s.mp4')
    const bytes = fs.readFileSync(await download.path())
    expect(bytes.length).toBeGreaterThan(10_000)
    expect(bytes.subarray(4, 8).toString('latin1')).toBe('ftyp')
    // Fast start: what a player needs first stands before the pictures.
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
  })

  await test.step('"Make another" comes with everything filled in', async () => {
    const seed = await page.locator('.facts div', { hasText: 'Seed' }).getByRole('definition').innerText()
    await page.getByRole('link', { name: 'Make another' }).click()
    await expect(composer.prompt).toHaveValue(PROMPT)
    await expect(composer.shape('1280x720')).toBeChecked()
    await expect(composer.seconds).toHaveValue('12')
    await expect(composer.seed).toHaveValue(seed)
    await expect(composer.go).toHaveAccessibleName('Create for 120 credits')
  })

  await test.step('the statement adds up and links to the video', async () => {
    await arrive(page, '/credits')
    const rows = page.getByRole('row').filter({ has: page.getByRole('cell') })
    const lines = await rows.evaluateAll((rows) =>
      rows.map((row) => {
        const [what, , credits, after] = [...row.querySelectorAll('td')].map((cell) => cell.innerText)
        const amount = Number(credits!.replace('−', '-').replace(/[^-\d]/g, ''))
        return { what: what!, change: /spent/i.test(what!) ? 0 : amount, after: Number(after) }
      }),
    )
    expect(lines.map(({ change, after }) => [change, after])).toEqual([[0, 80], [-120, 80], [200, 200]])
    await rows.first().getByRole('link', { name: PROMPT }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(PROMPT)
  })

  await test.step('delete moves it to the trash, and from there it goes for good', async () => {
    await arrive(page, '/library')
    const address = (await tile.locator('a').first().getAttribute('href'))!
    const media = address.replace('/v/', '/media/') + '/video.mp4'
    await tile.getByRole('button', { name: 'Move to trash' }).click()
    await expect(tile).toHaveCount(0)
    await expect(page.getByText('1 video is in the trash.')).toBeVisible()
    expect((await page.request.get(media)).status()).toBe(200)
    await page.getByRole('link', { name: 'Trash' }).click()
    await page.getByRole('list', { name: 'Deleted videos' }).locator('summary', { hasText: 'Delete now' }).click()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await expect(page.getByText('1 video is gone for good.')).toBeVisible()
    expect((await page.request.get(media)).status()).toBe(404)
    expect((await page.request.get(address)).status()).toBe(404)
    await arrive(page, '/credits')
    await expect(page.getByRole('main')).toContainText('A video that was deleted')
    await expectPurse(page, '80 credits')
  })
})

test('a library whose last video was deleted says that it is empty', async ({ page }) => {
  await signUp(page)
  await make(page, { prompt: 'the only one' })
  await arrive(page, '/library')
  await page.getByRole('button', { name: 'Move to trash' }).click()
  await expect(page.getByRole('heading', { name: 'Your videos will hang here' })).toBeVisible()
})

test('a video is moved to the trash from its own page', async ({ page }) => {
  await signUp(page)
  const [card] = await make(page, { prompt: 'kept for a moment' })
  await arrive(page, `/v/${card!.id}`)
  await page.getByRole('button', { name: 'Move to trash' }).click()
  await expect(page).toHaveURL(/\/library/)
  await expect(page.getByText('kept for a moment')).toHaveCount(0)
})

test('every choice of a video comes back with "Make another", and several takes stand side by side', async ({ page }) => {
  await signUp(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('neon rain on a night market')
  await composer.shape('720x1280').check()
  await composer.seconds.selectOption('1')
  await composer.takes(2).check()
  await composer.more()
  await composer.seed.fill('77')
  await composer.caption.check()
  await expect(composer.go).toHaveAccessibleName('Create for 20 credits')
  await composer.go.click()

  await expectMade(page, 2)
  for (const video of await player(page).all()) await expectPlaying(video, [720, 1280])
  await expect(page.getByLabel('Watched now')).toContainText('Charged 20 credits')
  await expect(page.getByText('Take 2')).toBeVisible()

  await page.getByRole('link', { name: 'Make another' }).click()
  await expect(page).toHaveURL(/from=/)
  await expect(composer.prompt).toHaveValue('neon rain on a night market')
  await expect(composer.shape('720x1280')).toBeChecked()
  await expect(composer.seconds).toHaveValue('1')
  await expect(composer.takes(1)).toBeChecked()
  await expect(composer.seed).toHaveValue('77')
  await expect(composer.caption).toBeChecked()
  await expect(composer.go).toHaveAccessibleName('Create for 10 credits')
})

test('the library goes on by itself, and searches and filters as one looks', async ({ page, server }) => {
  const person = await signUp(page)
  await server.run('user', 'grant', '--email', person.email, '--credits', '2000', '--reason', 'For a long library')
  const wishes = Array.from({ length: 13 }, (_, index) => ({ prompt: `lamp number ${index + 1} of many`, seconds: 20, takes: 4 }))
  // More than a page of 48: all but one are stopped long before they are ready, because a wall needs no moving pictures.
  await make(page, { prompt: 'a glass sea' })
  for (const wish of wishes) for (const card of await begin(page, wish)) await cancel(page, card.id)
  await settled(page)

  await arrive(page, '/library')
  const tiles = page.locator('.tile')
  await expect(tiles.first()).toBeVisible()
  await expect(async () => {
    await page.mouse.wheel(0, 4_000)
    expect(await tiles.count()).toBe(53)
  }).toPass()
  await expect(tiles.last()).toContainText('a glass sea')
  await expect(page.getByRole('link', { name: 'Older videos' })).toBeHidden()

  await page.getByRole('navigation', { name: 'Show' }).getByRole('link', { name: 'Ready' }).click()
  await expect(tiles).toHaveCount(1)
  await page.getByRole('navigation', { name: 'Show' }).getByRole('link', { name: 'Not made' }).click()
  await expect(page).toHaveURL(/show=not-made/)
  await expect(tiles.first()).toContainText('lamp number 13')
  await expect(tiles.first()).toContainText('Not charged')

  const search = page.getByRole('searchbox', { name: 'Search your library' })
  await search.fill('number 7 of')
  await search.press('Enter')
  await expect(tiles).toHaveCount(4)
  await expect(page).toHaveURL(/search=/)
  await search.fill('%_')
  await search.press('Enter')
  await expect(page.getByRole('heading', { name: /Nothing here contains/ })).toBeVisible()
  await page.getByRole('link', { name: 'Clear the search' }).click()
  await expect(search).toHaveValue('')
})
