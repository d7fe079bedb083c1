// The pages that are the same for everybody, and what unfolds on them, photographed in both themes and at three widths. Where a change is meant:
// `npx playwright test looks --update-snapshots=all`, and look at the new pictures.

import { drawnBy, HEIGHTS, useOurLetters } from '../support/looks.ts'
import { arrive, Composer, join } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

test.use({ config: '[moderation]\nforbidden = ["forbidden words"]\n' })

/** What somebody sees who has done nothing yet: no date and no address of theirs stands on it. */
const PAGES = { 'sign-in': '/sign-in', 'sign-up': '/sign-up', studio: '/create', library: '/library', trash: '/library/trash', spending: '/account/spending', presets: '/account/presets', keys: '/account/keys', webhooks: '/account/webhooks' }

for (const colorScheme of ['dark', 'light'] as const) {
  for (const [width, height] of Object.entries(HEIGHTS)) {
    test.describe(`${width} px, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport: { width: Number(width), height }, bypassCSP: true, contextOptions: { reducedMotion: 'reduce' } })

      test('the pages look as they did', async ({ page, browser }, testInfo) => {
        const drawn = drawnBy(browser, testInfo)
        for (const [name, path] of Object.entries(PAGES)) {
          if (name === 'studio') await join(page)
          await arrive(page, path)
          if (name === 'studio') await expect(page.getByText('Describe what should be seen.')).toBeVisible()
          await useOurLetters(page)
          await expect.soft(page).toHaveScreenshot([drawn, `${width}-${colorScheme}`, `page-${name}.png`], { maxDiffPixels: 120 })
        }
      })

      test('the composer looks as it did in each of its states, and so does what opens', async ({ page, browser }, testInfo) => {
        const drawn = drawnBy(browser, testInfo)
        await join(page)
        const composer = new Composer(page)
        await composer.open()
        await useOurLetters(page)
        const looks = async (name: string, part = composer.form) =>
          expect.soft(part).toHaveScreenshot([drawn, `${width}-${colorScheme}`, `${name}.png`], { maxDiffPixels: 60 })
        const opened = async (name: string) =>
          expect.soft(page).toHaveScreenshot([drawn, `${width}-${colorScheme}`, `open-${name}.png`], { maxDiffPixels: 120 })

        await composer.prompt.fill('a boat with forbidden words on its sail, then forbidden\nwords once more')
        await expect(page.locator('.prompt-marks mark')).toHaveCount(2)
        await looks('composer-marked')
        await composer.prompt.fill('a boat\na lighthouse\na storm')
        await expect(composer.reason).toHaveText(/^Leaves/)
        await expect(page.locator('#prompt-trips')).toBeEmpty()
        await looks('composer-lines')
        await composer.prompt.fill('a boat '.repeat(5000))
        await expect(page.locator('.prompt-count')).toHaveClass(/over/)
        await looks('composer-too-long')
        await composer.prompt.fill('a boat')
        await expect(page.locator('.prompt-count')).not.toHaveClass(/over/)
        await expect(composer.reason).toHaveText(/^Leaves/)
        await looks('composer-typed')
        await composer.more()
        await opened('more')
        await page.keyboard.press('Escape')
        for (const [aid, inside, count] of [['Presets', '.preset-chip', 8], ['Helper', '.part', 6]] as const) {
          await composer.form.getByRole('button', { name: aid }).click()
          await expect(page.locator(`#aid-panel ${inside}`)).toHaveCount(count)
          await expect.poll(() => page.locator('#aid-panel img').evaluateAll((images: HTMLImageElement[]) => images.every((image) => image.complete))).toBe(true)
          await opened(aid.toLowerCase())
          await page.keyboard.press('Escape')
          await expect(page.locator('#aid-panel')).toBeHidden()
        }
        for (const [name, keys] of Object.entries({ palette: 'Control+k', shortcuts: '?' })) {
          await page.locator('body').evaluate(() => (document.activeElement as HTMLElement).blur())
          await page.keyboard.press(keys)
          await expect(page.getByRole('dialog')).toBeVisible()
          await opened(name)
          await page.keyboard.press('Escape')
          await expect(page.getByRole('dialog')).toBeHidden()
        }
      })
    })
  }
}
