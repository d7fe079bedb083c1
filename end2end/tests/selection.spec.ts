// Many videos selected in the library, also those that have left the page, and what is done with them.

import type { Locator, Page } from '@playwright/test'
import { namesIn } from '../support/archive.ts'
import { bar, box, library, openLibrary, tiles } from '../support/library.ts'
import { expectNoSidewaysScroll, join, MADE_WITHIN, make } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

const named = (page: Page, words: string): Locator => tiles(page).filter({ hasText: words })

/** Goes down until a tile is there, and on until the first page has left the document. */
async function downTo(page: Page, tile: Locator, first: string): Promise<void> {
  await expect(async () => {
    await page.mouse.wheel(0, 2_000)
    await expect(tile).toBeAttached({ timeout: 100 })
    await expect(page.locator(`[data-id="${first}"]`)).toHaveCount(0, { timeout: 100 })
  }).toPass({ timeout: MADE_WITHIN, intervals: [100] })
}

/** Goes up until a tile is in sight: on a slow machine the way down leads past its page, which leaves the document too. */
async function upTo(page: Page, tile: Locator): Promise<void> {
  await expect(async () => {
    if (!(await tile.count())) await page.mouse.wheel(0, -600)
    await tile.scrollIntoViewIfNeeded({ timeout: 500 })
    await expect(tile).toBeInViewport({ timeout: 500 })
  }).toPass({ timeout: MADE_WITHIN, intervals: [100] })
}

test.describe('in a window that holds few', () => {
  // Two columns make a page of 48 so long that the first one leaves the document before the end.
  test.use({ viewport: { width: 640, height: 600 } })

  test('what is selected and has left the page is downloaded, thrown away and brought back with the rest', async ({ page, server }) => {
    // Older than all films, and below them: what makes the page long enough.
    await library(page, server, 60)
    const films = Array.from({ length: 16 }, (_, n) => ({ prompt: `film ${String(n).padStart(2, '0')}`, takes: 4 }))
    await make(page, ...films)
    await openLibrary(page)
    const first = (await tiles(page).first().getAttribute('data-id'))!
    await box(page, 0).check()
    // A page that holds the focus stays in the document.
    await page.getByRole('heading', { level: 1 }).click()
    await downTo(page, named(page, 'lamp 000').first(), first)
    await upTo(page, named(page, 'film 00').last())
    await named(page, 'film 00').last().getByRole('checkbox').click({ modifiers: ['Shift'] })
    await expect(bar(page)).toContainText('64 selected')
    await downTo(page, named(page, 'lamp 000').first(), first)

    const coming = page.waitForEvent('download')
    await bar(page).getByRole('button', { name: 'Download' }).click()
    const download = await coming
    expect(download.suggestedFilename()).toBe('aisora-64-videos.zip')
    const names = namesIn((await download.path())!)
    expect(names.filter((name) => name.endsWith('.mp4'))).toHaveLength(64)
    for (const { prompt } of films) expect(names.filter((name) => name.includes(prompt.replace(' ', '-')) && name.endsWith('.json')), prompt).toHaveLength(4)
    await expect(bar(page), 'they stay selected').toContainText('64 selected')

    await bar(page).getByRole('button', { name: 'Move to trash' }).click()
    const said = page.locator('output.notice:visible')
    await expect(said).toContainText('64 videos are in the trash.')
    await expect(bar(page)).toBeHidden()
    await expect(named(page, 'film')).toHaveCount(0)
    await expect(named(page, 'lamp')).not.toHaveCount(0)
    await said.getByRole('button', { name: 'Undo' }).click()
    await expect(said).toContainText('64 videos are back in your library.')
    await page.goto('/library/trash')
    await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible()
    await openLibrary(page, '/library?search=film')
    await expect(named(page, 'film 15'), 'nothing went besides').toHaveCount(4)
  })
})

for (const keys of ['Shift+Space', 'Shift+X']) {
  test(`${keys} on a tile selects all from the last one to it, and the other way round`, async ({ page, server }) => {
    await library(page, server, 8)
    await openLibrary(page)
    await tiles(page).nth(1).locator('a').first().focus()
    await page.keyboard.press('x')
    for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowRight')
    await page.keyboard.press(keys)
    await expect(bar(page)).toContainText('4 selected')
    for (const n of [1, 2, 3, 4]) await expect(box(page, n)).toBeChecked()
    for (const n of [0, 5]) await expect(box(page, n)).not.toBeChecked()
    await expect(tiles(page).nth(4).locator('a').first(), 'nothing was opened, and the place is kept').toBeFocused()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press(keys)
    await expect(bar(page)).toContainText('1 selected')
    await expect(box(page, 1)).toBeChecked()
  })
}

test('all that the library shows is selected, also what has not come yet, and goes at once', async ({ page, server, watch }) => {
  watch.allow(/ERR_INTERNET_DISCONNECTED/)
  await library(page, server, 60)
  await make(page, { prompt: 'a film that stays' })
  await openLibrary(page, '/library?search=lamp&sort=title')
  await expect(tiles(page)).toHaveCount(48)
  const all = bar(page).getByRole('button', { name: 'Select all' })
  await expect(all, 'nothing is selected yet').toBeHidden()
  await box(page, 2).check()
  await all.click()
  await expect(bar(page)).toContainText('60 selected')
  await box(page, 0).uncheck()
  await expect(bar(page)).toContainText('59 selected')
  await tiles(page).first().locator('a').first().focus()
  await page.keyboard.press('Control+a')
  await expect(bar(page)).toContainText('60 selected')
  await expect(page.locator('#library-said')).toHaveText('60 selected')

  await page.context().setOffline(true)
  await all.click()
  await expect(bar(page).getByRole('alert')).toHaveText('The server could not be reached. Try again.')
  await expect(bar(page), 'nothing is lost').toContainText('60 selected')
  await page.context().setOffline(false)
  await bar(page).getByRole('button', { name: 'Move to trash' }).click()
  await expect(page.locator('output.notice:visible')).toContainText('60 videos are in the trash.')
  await openLibrary(page)
  await expect(tiles(page)).toHaveCount(1)
  await expect(tiles(page)).toContainText('a film that stays')
})

test('two that are selected stand side by side', async ({ page }) => {
  await join(page)
  const cards = await make(page, { prompt: 'an ember' }, { prompt: 'a paper boat' }, { prompt: 'a lamp' })
  await openLibrary(page)
  const compare = bar(page).getByRole('button', { name: 'Compare' })
  await box(page, 0).check()
  await expect(bar(page)).toContainText('1 selected')
  await expect(compare, 'with what?').toBeHidden()
  await box(page, 2).check()
  await expect(compare).toBeVisible()
  await box(page, 1).check()
  await expect(compare, 'three are one too many').toBeHidden()
  await box(page, 1).uncheck()
  await compare.click()
  await expect(page).toHaveURL(`/v/${cards[0]!.id}/compare/${cards[2]!.id}`)
  await expect(page.locator('video.player')).toHaveCount(2)
})

test('videos move from the collection that is looked at to another one, and tags are taken away', async ({ page, server }) => {
  await library(page, server, 4)
  await openLibrary(page)
  for (const n of [0, 1, 2]) await box(page, n).check()
  await bar(page).locator('summary', { hasText: 'Collection' }).click()
  await expect(bar(page).getByRole('button', { name: 'Move there' }), 'from nowhere').toHaveCount(0)
  await bar(page).getByLabel('New collection').fill('Harbour')
  await bar(page).getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.locator('#library-said')).toHaveText('Done: 3 videos.')
  await page.getByRole('link', { name: 'Harbour 3' }).click()
  await expect(tiles(page)).toHaveCount(3)
  await expect(page.locator('.library')).toHaveAttribute('data-awake', '')
  await box(page, 0).check()
  await box(page, 1).check()
  await bar(page).locator('summary', { hasText: 'Collection' }).click()
  await bar(page).getByLabel('New collection').fill('Sea')
  await bar(page).getByRole('button', { name: 'Move there' }).click()
  await expect(page.locator('#library-said')).toHaveText('Done: 2 videos.')
  await expect(tiles(page), 'they left').toHaveCount(1)
  await page.getByRole('link', { name: 'Sea 2' }).click()
  await expect(tiles(page)).toHaveCount(2)

  await expect(page.locator('.library')).toHaveAttribute('data-awake', '')
  for (const [act, tags] of [['Add tags', 'fog, night'], ['Remove tags', 'night']] as const) {
    await box(page, 0).check()
    await bar(page).locator('summary', { hasText: 'Tag' }).click()
    await bar(page).getByLabel('Tags, with commas between').fill(tags)
    await bar(page).getByRole('button', { name: act }).click()
    await expect(page.locator('#library-said')).toHaveText('Done: 1 video.')
  }
  await openLibrary(page, '/library?search=night')
  await expect(tiles(page)).toHaveCount(0)
  await openLibrary(page, '/library?tag=fog')
  await expect(tiles(page)).toHaveCount(1)
  await box(page, 0).check()
  await bar(page).locator('summary', { hasText: 'Tag' }).click()
  await bar(page).getByLabel('Tags, with commas between').fill('fog')
  await bar(page).getByRole('button', { name: 'Remove tags' }).click()
  await expect(tiles(page), 'it was shown for its tag').toHaveCount(0)
})

test('more than can be selected at once is said, with how many are', async ({ page, server }) => {
  await library(page, server, 4)
  await openLibrary(page)
  const ids = await tiles(page).evaluateAll((all) => all.map((tile) => (tile as HTMLElement).dataset.id))
  // What the server says of a library of thousands; the suite has one that is.
  await page.route('**/library/ids*', (route) => route.fulfill({ json: { ids: ids.slice(0, 3), more: true } }))
  await tiles(page).first().locator('a').first().focus()
  await page.keyboard.press('Control+a')
  await expect(bar(page)).toContainText('3 selected, the most at once')
  await box(page, 0).uncheck()
  await expect(bar(page).locator('.chosen-count')).toHaveText('2 selected')
})

test('what is done to many shows on pages that left the document too, and the focus stays with the videos', async ({ page, server }) => {
  await page.setViewportSize({ width: 640, height: 600 })
  await library(page, server, 120)
  await openLibrary(page)
  const first = (await tiles(page).first().getAttribute('data-id'))!
  const star = page.locator(`[data-id="${first}"] .star`)
  await tiles(page).first().locator('a').first().focus()
  await page.keyboard.press('x')
  await page.getByRole('heading', { level: 1 }).click()
  await downTo(page, named(page, 'lamp 002').first(), first)
  await bar(page).getByRole('button', { name: 'Favourite' }).press('Enter')
  await expect(page.locator('#library-said')).toHaveText('Done: 1 video.')
  await page.evaluate(() => scrollTo(0, 0))
  await expect(star).toHaveAttribute('aria-pressed', 'true')

  // By keyboard: what was acted on keeps the focus, and so does its neighbour when it goes.
  await tiles(page).first().locator('a').first().focus()
  await page.keyboard.press('x')
  await bar(page).getByRole('button', { name: 'Favourite' }).press('Enter')
  await expect(bar(page)).toBeHidden()
  await expect(tiles(page).first().locator('a').first()).toBeFocused()
  await page.keyboard.press('x')
  await page.keyboard.press('Escape')
  await expect(page.locator('#library-said')).toHaveText('Nothing is selected.')
  await page.keyboard.press('x')
  const second = (await tiles(page).nth(1).getAttribute('data-id'))!
  await bar(page).getByRole('button', { name: 'Move to trash' }).press('Enter')
  await expect(page.locator(`[data-id="${second}"] .tile-link`)).toBeFocused()
  await page.keyboard.press('Control+z')
  await expect(page.locator(`[data-id="${first}"] .tile-link`)).toBeFocused()

  // Safari gives a checkbox that was clicked no focus: the key means the videos as long as some are selected.
  await page.keyboard.press('x')
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('Control+a')
  await expect(bar(page)).toContainText('120 selected')

  // What is said after an undo does not lie over what can be done.
  const said = page.locator('output.notice')
  await expect(said).toBeVisible()
  const [words, acts] = [(await said.boundingBox())!, (await bar(page).boundingBox())!]
  expect(words.y + words.height).toBeLessThanOrEqual(acts.y)
})

for (const width of [720, 820, 900, 1100]) {
  test(`the menus of the bar stay in a window of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 700 })
    await join(page)
    await make(page, { prompt: 'first' })
    await openLibrary(page)
    await box(page, 0).check()
    for (const menu of ['Collection', 'Tag']) {
      await bar(page).locator('summary', { hasText: menu }).click()
      const sheet = (await bar(page).locator('.bar-menu[open] .bar-sheet').boundingBox())!
      expect(sheet.x).toBeGreaterThanOrEqual(0)
      expect(sheet.x + sheet.width).toBeLessThanOrEqual(width)
      await expectNoSidewaysScroll(page)
      await page.keyboard.press('Escape')
    }
  })
}
