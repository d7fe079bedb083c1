// The trash: deleted, undone, restored, emptied, with and without JavaScript; and the archive of many videos.

import { type Page } from '@playwright/test'
import { namesIn } from '../support/archive.ts'
import { bar, box, library, openLibrary } from '../support/library.ts'
import { arrive, expectNoSidewaysScroll, join, make } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

const undo = (page: Page) => page.getByRole('button', { name: 'Undo' })
const said = (page: Page) => page.locator('output.notice:visible')
const remove = (page: Page, words: string) =>
  page.locator('.tile', { hasText: words }).getByRole('button', { name: 'Move to trash' })

test('a deleted tile goes at once, and undo brings it back where it was', async ({ page }) => {
  await join(page)
  await make(page, { prompt: 'an ember' }, { prompt: 'a paper boat' })
  await openLibrary(page)
  const tiles = page.locator('.tile')
  await remove(page, 'an ember').click()
  await expect(tiles).toHaveCount(1)
  await expect(said(page)).toContainText(/1 video is in the trash\. That frees .+ in 30 days\./)
  // It goes after ten seconds, unless somebody points at it: axe takes its time on a slow machine.
  await said(page).hover()
  await expectAccessible(page)
  await undo(page).click()
  await expect(tiles).toHaveCount(2)
  await expect(tiles.last()).toContainText('an ember')
  await expect(said(page)).toContainText('1 video is back in your library.')
  await expect(tiles.last().getByRole('link').first()).toBeFocused()
  await page.reload()
  await expect(tiles).toHaveCount(2)
})

test('undo is offered for ten seconds, or for as long as somebody points at it', async ({ page }) => {
  await join(page)
  await make(page, { prompt: 'an ember' })
  await page.clock.install()
  await arrive(page, '/library')
  await remove(page, 'an ember').click()
  await expect(undo(page)).toBeVisible()
  await undo(page).hover()
  await page.clock.fastForward(11_000)
  await expect(undo(page)).toBeVisible()
  await page.mouse.move(5, 5)
  await page.clock.fastForward(11_000)
  await expect(undo(page)).toBeHidden()
})

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('a video goes to the trash, comes back, and goes for good', async ({ page }) => {
      await join(page)
      const [first] = await make(page, { prompt: 'an ember' }, { prompt: 'a paper boat' })
      const go = (path: string) => (javaScriptEnabled ? arrive(page, path) : page.goto(path))
      await go(`/v/${first!.id}`)
      await page.getByRole('button', { name: 'Move to trash' }).click()
      await expect(page).toHaveURL(/\/library$/)
      await expect(said(page)).toContainText('1 video is in the trash.')
      await expect(page.locator('.tile')).toHaveCount(1)
      await undo(page).click()
      await expect(page).toHaveURL(/\/library$/)
      await expect(said(page)).toContainText('1 video is back in your library.')
      await expect(page.locator('.tile')).toHaveCount(2)

      await go(`/v/${first!.id}`)
      await page.getByRole('button', { name: 'Move to trash' }).click()
      await page.getByRole('link', { name: 'Trash' }).click()
      const listed = page.getByRole('list', { name: 'Deleted videos' }).getByRole('listitem')
      await expect(listed).toHaveCount(1)
      await expect(listed).toContainText(/Gone for good in 30 days, on \d+ \w+ \d{4}/)
      await expectNoSidewaysScroll(page)
      if (javaScriptEnabled) await expectAccessible(page)

      await listed.getByRole('link', { name: 'an ember' }).click()
      await expect(page.getByRole('region', { name: 'Trash' })).toContainText('In the trash; gone for good in 30 days.')
      if (javaScriptEnabled) await expectAccessible(page)
      await page.getByRole('button', { name: 'Restore' }).click()
      await expect(page.getByRole('button', { name: 'Move to trash' })).toBeVisible()
      await expect(said(page)).toContainText('1 video is back in your library.')

      await page.getByRole('button', { name: 'Move to trash' }).click()
      await page.getByRole('link', { name: 'Trash' }).click()
      await page.getByRole('button', { name: 'Restore' }).click()
      await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible()

      await go(`/v/${first!.id}`)
      await page.getByRole('button', { name: 'Move to trash' }).click()
      await page.getByRole('link', { name: 'Trash' }).click()
      const question = page.locator('summary', { hasText: 'Empty the trash' })
      const all = page.getByRole('button', { name: 'Delete all for good' })
      await expect(all).toBeHidden()
      await question.click()
      await expect(page.locator('.trash-head form')).toContainText(/1 video gone for good\. That frees .+B\./)
      await all.click()
      await expect(said(page)).toContainText(/1 video is gone for good\. That freed .+B\./)
      expect((await page.request.get(`/v/${first!.id}`)).status()).toBe(404)
      await page.getByRole('link', { name: 'Back to the library' }).click()
      await expect(page.locator('.tile')).toHaveCount(1)
    })
  })
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'many at once, with JavaScript' : 'many at once, without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('some are selected and come back, others go for good', async ({ page, server }) => {
      await library(page, server, 5)
      await page.goto('/library')
      for (let n = 0; n < 5; n++) await box(page, n).check()
      await bar(page).getByRole('button', { name: 'Move to trash' }).click()
      await expect(said(page)).toContainText('5 videos are in the trash.')
      await page.goto('/library/trash')
      const listed = page.getByRole('list', { name: 'Deleted videos' }).getByRole('listitem')
      await expect(listed).toHaveCount(5)
      await expect(bar(page), 'nothing is selected').toBeHidden()
      if (javaScriptEnabled) await expect(page.locator('#many .select-all'), 'the module listens').not.toHaveAttribute('hidden')
      await listed.nth(1).getByRole('checkbox').check()
      if (javaScriptEnabled) {
        await listed.nth(3).getByRole('checkbox').click({ modifiers: ['Shift'] })
        await expect(bar(page)).toContainText('3 selected')
        await bar(page).getByRole('button', { name: 'Select all' }).click()
        await expect(bar(page)).toContainText('5 selected')
        await expect(bar(page).getByRole('button', { name: 'Select all' })).toBeHidden()
        await bar(page).getByRole('button', { name: 'Clear' }).press('Enter')
        await expect(bar(page)).toBeHidden()
        await expect(listed.first().getByRole('checkbox'), 'the focus is where it was about').toBeFocused()
        await listed.nth(1).getByRole('checkbox').check()
      }
      await listed.nth(3).getByRole('checkbox').check()
      await expectNoSidewaysScroll(page)
      if (javaScriptEnabled) await expectAccessible(page)
      await bar(page).getByRole('button', { name: 'Restore' }).click()
      await expect(said(page)).toContainText('2 videos are back in your library.')
      await expect(page).toHaveURL(/\/library\/trash$/)
      await expect(listed).toHaveCount(3)
      await listed.first().getByRole('checkbox').check()
      const good = bar(page).getByRole('button', { name: 'Delete for good' })
      await expect(good, 'in two steps').toBeHidden()
      await bar(page).locator('summary', { hasText: 'Delete now' }).click()
      await good.click()
      await expect(said(page)).toContainText('1 video is gone for good.')
      await expect(listed).toHaveCount(2)
      await page.goto('/library')
      await expect(page.locator('.tile')).toHaveCount(2)
    })
  })
}

test('many videos come as one archive that opens', async ({ page }) => {
  await join(page)
  await make(page, { prompt: 'an ember' }, { prompt: 'a paper boat' })
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.goto('/library/download?all=1').catch(() => undefined),
  ])
  expect(download.suggestedFilename()).toBe('aisora-2-videos.zip')
  const names = namesIn((await download.path())!)
  expect(names).toHaveLength(4)
  expect(names[0]).toMatch(/^\d{4}-\d\d-\d\d-a-paper-boat-[0-9a-f]{8}\.mp4$/)
  expect(names[1]).toBe(names[0]!.replace('.mp4', '.json'))
})
