// Enlarged to 200 %, where a desk window leaves 720 or 640 CSS pixels and little height, and on the narrowest phones.

import { bar, tiles } from '../support/library.ts'
import { begin, expectNoSidewaysScroll, expectReachable, join, make } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

/** 1440 × 900 and 1280 × 800 at 200 %; and 1280 pixels at 400 %. */
const WINDOWS = [
  { width: 720, height: 450 },
  { width: 640, height: 400 },
  { width: 320, height: 400 },
]

for (const viewport of WINDOWS) {
  test.describe(`${viewport.width} × ${viewport.height}`, () => {
    test.use({ viewport })

    test('every main page is as wide as the window, and all that is pressed can be brought into sight whole and uncovered', async ({ page }) => {
      await page.goto('/')
      await expectNoSidewaysScroll(page)
      await expectReachable(page)
      await join(page)
      await page.request.post('/account/presets', { form: { name: 'Night fog', kind: 'look', text: 'fog over black water' } })
      const [one, two, gone] = await make(page, { prompt: 'a paper boat in the rain', takes: 2 }, { prompt: 'thrown away' })
      await page.request.post('/library/trash', { form: { ids: gone!.id, next: '/library' } })
      const paths = ['/create', '/library', '/library?view=list', '/library/trash', `/v/${one!.id}`, `/v/${one!.id}/compare/${two!.id}`, '/account', '/account/presets', '/credits']
      for (const path of paths) {
        await test.step(path, async () => {
          await page.goto(path)
          await expectNoSidewaysScroll(page)
          await expectReachable(page)
        })
      }
    })

    test('the prompt is seen while one types', async ({ page }) => {
      await join(page)
      await make(page, { prompt: 'a paper boat in the rain' })
      await page.goto('/create')
      const prompt = page.getByLabel('What should be seen')
      await prompt.click()
      await prompt.pressSequentially('a lighthouse. ')
      await prompt.fill('a lighthouse above the fog, '.repeat(20))
      await prompt.press('End')
      await page.keyboard.type('and the last words')
      await expect(prompt).toBeInViewport({ ratio: 0.9 })
      // Room for more than one line of what is written.
      expect((await prompt.boundingBox())!.height).toBeGreaterThanOrEqual(44)
      await expectReachable(page)
    })

    test('what is selected, its bar, and work that goes on leave every tile within reach', async ({ page, server }) => {
      const person = await join(page)
      await server.run('user', 'grant', '--email', person.email, '--credits', '900', '--reason', 'For a long video')
      await make(page, { prompt: 'one of five', takes: 4 })
      await begin(page, { prompt: 'still being made', size: '1920x1080', seconds: 20 })
      for (const view of ['tiles', 'list']) {
        await page.goto(`/library?view=${view}`)
        await expect(page.locator('.strip')).toBeVisible()
        await tiles(page).last().hover()
        await tiles(page).last().getByRole('checkbox').check()
        await expect(bar(page)).toContainText('1 selected')
        await expectNoSidewaysScroll(page)
        await expectReachable(page)
      }
    })
  })
}
