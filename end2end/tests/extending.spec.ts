// Extending a video from its page: what it costs before, a longer one of its own after, with and without JavaScript.

import { type Page } from '@playwright/test'
import { arrive, expectNoSidewaysScroll, expectPurse, join, make, settled } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

test.use({ environment: { AISORA_BUILTIN_CREDITS_PER_SECOND: '128x72=10' } })

const wish = { prompt: 'a calm sea', size: '128x72' as never, caption: true }
const open = (page: Page) => page.locator('details.extend > summary').click()
const sheet = (page: Page) => page.locator('details.extend')
const length = (page: Page, id: string) =>
  page.evaluate(async (id) => {
    const video = document.createElement('video')
    video.src = `/media/${id}/video.mp4`
    await new Promise((ready) => video.addEventListener('loadedmetadata', ready))
    return Math.round(video.duration * 100) / 100
  }, id)

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('a video is extended from its page, at the price that stands there', async ({ page }) => {
      await join(page)
      const [first] = await make(page, wish)
      const go = (path: string) => (javaScriptEnabled ? arrive(page, path) : page.goto(path))
      await go(`/v/${first!.id}`)
      await open(page)
      await expect(sheet(page).getByLabel('What happens next')).toHaveValue('a calm sea')
      // The usual length is chosen, and says what it costs.
      const by = sheet(page).getByLabel('Extend by')
      await expect(by.locator('option:checked')).toHaveText('4 s, 40 credits → 5 s in all')
      await by.selectOption({ label: '1 s, 10 credits → 2 s in all' })
      await sheet(page).getByLabel('What happens next').fill('a campfire at night')
      if (javaScriptEnabled) await expectAccessible(page)
      await sheet(page).getByRole('button', { name: 'Extend' }).click()
      await expect(page).not.toHaveURL(new RegExp(first!.id))
      await settled(page)
      await go(new URL(page.url()).pathname)
      const receipt = page.locator('.receipt')
      await expect(receipt).toContainText('1 s added')
      await expect(page.locator('.family .kin-here')).toContainText('Extension')
      await expectPurse(page, '180 credits')
      if (javaScriptEnabled) {
        const id = new URL(page.url()).pathname.slice(3)
        expect(await length(page, id)).toBe(2)
        expect(await length(page, first!.id)).toBe(1)
      }
      await receipt.getByRole('link', { name: 'another video' }).click()
      await expect(page).toHaveURL(new RegExp(first!.id))
    })

    test('words that do not fit come back as they were typed', async ({ page, watch }) => {
      watch.allow(/status of 422/)
      await join(page)
      const [first] = await make(page, wish)
      await (javaScriptEnabled ? arrive(page, `/v/${first!.id}`) : page.goto(`/v/${first!.id}`))
      await open(page)
      await sheet(page).getByLabel('What happens next').fill('  \n ')
      await sheet(page).getByLabel('Extend by').selectOption({ label: '2 s, 20 credits → 3 s in all' })
      await sheet(page).getByRole('button', { name: 'Extend' }).click()
      await expect(page.locator('#extend-error')).toContainText('Describe what should be seen.')
      await expect(sheet(page)).toHaveAttribute('open')
      await expect(sheet(page).locator('option:checked')).toHaveText('2 s, 20 credits → 3 s in all')
    })
  })
}

for (const colorScheme of ['dark', 'light'] as const) {
  for (const width of [320, 390, 1440]) {
    test(`the form fits at ${width} px, ${colorScheme}`, async ({ page }, info) => {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      await join(page)
      const [first] = await make(page, wish)
      await page.request.post(`/v/${first!.id}/about`, { form: { title: 'The sea', tags: '' } })
      await arrive(page, `/v/${first!.id}`)
      await open(page)
      await expectAccessible(page)
      await expectNoSidewaysScroll(page)
      await sheet(page).scrollIntoViewIfNeeded()
      await info.attach('form', { body: await page.screenshot({ fullPage: true }), contentType: 'image/png' })
      if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/extend-${width}-${colorScheme}.png`, fullPage: true })
    })
  }
}
