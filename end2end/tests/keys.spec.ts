// Keys for programs, as a person makes and revokes them, and as a program uses them.

import { join, MADE_WITHIN } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

test('a key is made, shown once, used by a program, and revoked', async ({ page, request }) => {
  await join(page)
  await page.goto('/account')
  await page.getByRole('link', { name: 'API keys' }).click()
  await expect(page).toHaveURL(/\/account\/keys$/)
  await page.getByLabel('Name').fill('Nightly films')
  await page.getByLabel('Most credits in a month').fill('30')
  await page.getByRole('button', { name: 'Make the key' }).click()
  const main = page.getByRole('main')
  const key = /aisora_sk_[\w-]{43}/.exec((await main.textContent())!)![0]
  await page.goto('/account/keys')
  await expect(main).toContainText('Nightly films')
  expect(await main.textContent(), 'it is shown once').not.toContain(key)

  const headers = { authorization: `Bearer ${key}` }
  const ask = (seconds: string) => request.post('/v1/videos', { headers, data: { prompt: 'a boat in the rain', seconds } })
  const made = await ask('2')
  expect(made.status(), await made.text()).toBe(200)
  const { id } = (await made.json()) as { id: string }
  const status = async () => ((await (await request.get(`/v1/videos/${id}`, { headers })).json()) as { status: string }).status
  await expect.poll(status, { timeout: MADE_WITHIN }).toBe('completed')
  const file = await request.get(`/v1/videos/${id}/content`, { headers })
  expect(file.headers()['content-type']).toBe('video/mp4')
  expect((await file.body()).subarray(4, 8).toString('latin1')).toBe('ftyp')
  const refused = await ask('2')
  expect(refused.status(), 'the cap for the month').toBe(402)
  expect(await refused.json()).toMatchObject({ error: { code: 'monthly_cap_reached' } })

  await page.goto('/library')
  await expect(page.locator('.tile'), 'what a program made hangs in the same library').toHaveCount(1)
  await page.goto('/account/keys')
  await page.getByRole('button', { name: 'Revoke' }).click()
  await expect(main).toContainText(/Revoked \d/)
  expect((await request.get('/v1/models', { headers })).status()).toBe(401)
})

test('a form that is pressed twice while the answer takes its time makes one key', async ({ page }) => {
  await join(page)
  await page.goto('/account/keys')
  let sent = 0
  await page.route('**/account/keys', async (route) => {
    if (route.request().method() === 'POST') {
      sent += 1
      await new Promise((later) => setTimeout(later, 600))
    }
    await route.continue()
  })
  await page.getByLabel('Name').fill('pressed twice')
  const button = page.getByRole('button', { name: 'Make the key' })
  await button.dblclick()
  await expect(page.getByText('pressed twice').first()).toBeVisible()
  expect(sent).toBe(1)
})
