import { expect, test } from '../support/test.ts'

test('the server says that it is alive', async ({ request }) => {
  expect((await request.get('/healthz')).status()).toBe(200)
})

test('the first page shows a heading', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})
