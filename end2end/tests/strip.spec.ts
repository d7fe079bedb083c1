// The strip of running work, on every page of somebody who is signed in.

import type { Page } from '@playwright/test'
import { MOVED, test, type Maker } from '../support/maker.ts'
import { arrive, begin, cancel, expectNoSidewaysScroll, join, MADE_WITHIN, strip } from '../support/studio.ts'
import { expect, expectAccessible } from '../support/test.ts'

/** Begins work that goes on until the test ends it: of several takes two are made, and the others wait. */
async function beginLong(page: Page, maker: Maker, prompt: string, takes = 1) {
  await join(page)
  maker.makes = 10
  return begin(page, { prompt, ...MOVED, takes })
}

test('every page shows what is being made', async ({ page, maker }) => {
  const [card] = await beginLong(page, maker, 'a long shot over the sea', 4)
  for (const path of ['/', '/credits', '/account', '/library', `/v/${card!.id}`, '/create', '/docs/api', '/account/keys']) {
    await page.goto(path)
    await expect(strip(page), path).toContainText(/videos? (is|are) being made/)
    await expectNoSidewaysScroll(page)
  }
})

test('the panel of the strip opens, stays open from page to page, and cancels', async ({ page, maker }) => {
  const cards = await beginLong(page, maker, 'a long shot over the sea', 4)
  const { id } = cards.at(-1)!
  await page.goto('/credits')
  await expect(page).toHaveTitle(/^\d+ % · Credits · AiSora$/)
  const icon = page.locator('link[rel="icon"]')
  await expect(icon).toHaveCount(1)
  await expect(icon).toHaveAttribute('href', /^data:image\/svg/)
  await strip(page).locator('summary').click()
  const row = strip(page).getByRole('listitem').filter({ has: page.locator(`a[href="/v/${id}"]`) })
  await expect(row).toHaveCount(1)
  await page.goto('/account')
  await row.getByRole('button', { name: 'Cancel' }).click()
  await expect(row).toHaveCount(0)
  await expectAccessible(page)
})

test('a page that does not live in the browser hears of progress and of the end by itself', async ({ page }) => {
  await join(page)
  await page.goto('/credits')
  await expect(strip(page)).toBeHidden()
  const [card] = await begin(page, { prompt: 'heard from afar' })
  await expect(strip(page)).toBeVisible()
  await expect(strip(page)).toContainText('1 video is ready', { timeout: MADE_WITHIN })
  await expect(page.getByRole('status')).toHaveText('Ready: heard from afar')
  await strip(page).locator('summary').click()
  await strip(page).getByRole('link', { name: 'Open', exact: true }).click()
  await expect(page).toHaveURL(`/v/${card!.id}`)
  await expect(strip(page), 'what was looked at is no news').toBeHidden()
  await page.goto('/credits')
  await expect(strip(page)).toBeHidden()
})

test('without the stream the strip still comes to the end', async ({ page, watch }) => {
  watch.allow(/\/events/)
  await join(page)
  await page.route('**/events*', (route) => route.abort())
  await begin(page, { prompt: 'by asking' })
  await page.goto('/account')
  await expect(strip(page)).toContainText('1 video is ready', { timeout: MADE_WITHIN })
})

test('what was not made says so, costs nothing, and leads to another try at a price that is shown first', async ({ page }) => {
  await join(page)
  const [card] = await begin(page, { prompt: 'stopped', seconds: 5 })
  await cancel(page, card!.id)
  // A cancelled one is no news. One that failed is; nothing fails here by itself, so the page is told of it.
  await page.goto('/account')
  await expect(strip(page)).toBeHidden()
  const html = (await (await page.request.get('/account', { headers: { accept: 'text/html' } })).text()).replaceAll('"state":"cancelled"', '"state":"failed"')
  await page.route('**/account', (route) => route.fulfill({ body: html, contentType: 'text/html' }))
  await page.goto('/account')
  await expect(strip(page)).toContainText('1 video was not made')
  await strip(page).locator('summary').click()
  await expect(strip(page).getByRole('listitem')).toContainText('Not charged')
  const again = strip(page).getByRole('link', { name: 'Try again' })
  await expect(again).toHaveAttribute('title', /price before anything starts/)
  await again.click()
  await expect(page).toHaveURL(`/create?from=${card!.id}`)
  await expect(page.getByLabel('What should be seen')).toHaveValue('stopped')
})

test('without JavaScript the strip is there, and cancels', async ({ page, newPage, maker }) => {
  const [card] = await beginLong(page, maker, 'by plain form')
  const plain = await newPage({ javaScriptEnabled: false, storageState: await page.context().storageState() })
  await plain.goto('/credits')
  await strip(plain).locator('summary').click()
  await expect(strip(plain).getByRole('listitem')).toContainText('by plain form')
  await strip(plain).getByRole('button', { name: 'Cancel' }).click()
  await expect(plain).toHaveURL(/\/credits$/)
  await expect(strip(plain)).toBeHidden()
  await plain.goto(`/v/${card!.id}`)
  await expect(plain.locator('.not-made')).toBeVisible()
})

test.describe('in a hand', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('the strip stands above the tabs, and covers neither them nor the composer', async ({ page, maker }) => {
    const [card] = await beginLong(page, maker, 'in a hand')
    await arrive(page, '/create')
    const box = async (of: ReturnType<Page['locator']>) => (await of.boundingBox())!
    const [line, tabs, composer] = [await box(strip(page)), await box(page.locator('nav.tabs')), await box(page.getByRole('form', { name: 'Composer' }))]
    expect(line.y + line.height).toBeLessThanOrEqual(tabs.y + 0.5)
    expect(composer.y + composer.height).toBeLessThanOrEqual(line.y + 0.5)
    await strip(page).locator('summary').tap()
    await expect(strip(page).getByRole('button', { name: 'Cancel' })).toBeInViewport({ ratio: 1 })
    await expectNoSidewaysScroll(page)
    await cancel(page, card!.id)
  })
})
