// The pages that are the same for everybody, photographed in both themes and at three widths. Where a change is meant:
// `npx playwright test looks --update-snapshots=all`, and look at the new pictures.

import { drawnBy, HEIGHTS, useOurLetters } from '../support/looks.ts'
import { arrive, join } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

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
    })
  }
}
