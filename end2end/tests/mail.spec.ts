// Letters about work that took long: the switch beside the other ways to be told, a letter, and the link that ends them.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { change, MailServer } from '../support/mail.ts'
import { begin, expectNoSidewaysScroll, join, settled } from '../support/studio.ts'
import { test as base, expect, expectAccessible } from '../support/test.ts'

const NAME = 'E-mail me when a video that takes over five minutes is ready'

interface Post {
  mail: MailServer
  data: string
}

const test = base.extend<object, Post>({
  mail: [
    async ({}, use) => {
      const mail = await MailServer.start()
      await use(mail)
      mail.stop()
    },
    { scope: 'worker' },
  ],
  data: [
    async ({}, use) => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aisora-mail-'))
      await use(folder)
      fs.rmSync(folder, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],
  environment: [
    async ({ mail, data }, use) => {
      await use({
        AISORA_DATA_DIR: data,
        AISORA_MAIL_URL: `smtps://localhost:${mail.port}`,
        // What this machine trusts, in the place of what it trusts usually.
        SSL_CERT_FILE: `${mail.certificate}.crt`,
        AISORA_MAIL_FROM: 'AiSora <studio@example.org>',
      })
    },
    { scope: 'worker' },
  ],
})

test.skip(!MailServer.isThere(), 'the mail server of the tests is not installed; scripts/tools test does it')

test('the switch is off until it is pressed, and kept for every browser of the person', async ({ page, newPage }) => {
  const person = await join(page)
  await page.goto('/account')
  const main = page.getByRole('main')
  const letters = main.getByRole('switch', { name: NAME })
  await expect(letters).not.toBeChecked()
  await expect(main.locator('.letters')).toContainText(`It goes to ${person.email}`)
  await letters.focus()
  await page.keyboard.press('Space')
  await expect(letters).toBeChecked()
  await expect(letters, 'the page stays as it is').toBeFocused()
  await expect(page.locator('.strip .letters .switch')).toHaveAttribute('aria-checked', 'true')
  await expectAccessible(page)
  await page.reload()
  await expect(letters).toBeChecked()
  const elsewhere = await newPage()
  const form = { email: person.email, password: person.password }
  await elsewhere.request.post('/sign-in', { form, maxRedirects: 0 })
  await elsewhere.goto('/account')
  const other = elsewhere.getByRole('main').getByRole('switch', { name: NAME })
  await expect(other).toBeChecked()
  await other.click()
  await expect(other).not.toBeChecked()
  await page.reload()
  await expect(letters).not.toBeChecked()
})

test('a switch that the server did not hear goes the way of a form', async ({ page, context, watch }) => {
  watch.allow(/Failed to load resource|ERR_FAILED/)
  await join(page)
  await page.goto('/account')
  let calls = 0
  await context.route('**/account/mail', (route) => (calls++ === 0 ? route.abort() : route.continue()))
  await page.getByRole('main').getByRole('switch', { name: NAME }).click()
  await expect(page.getByRole('main').getByRole('switch', { name: NAME })).toBeChecked()
  await expect(page).toHaveURL(/\/account$/)
  await page.reload()
  await expect(page.getByRole('main').getByRole('switch', { name: NAME })).toBeChecked()
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } })

  test('it is a button that comes back to the page', async ({ page }) => {
    await join(page)
    await page.goto('/account')
    const letters = page.getByRole('main').getByRole('switch', { name: NAME })
    await expect(letters).not.toBeChecked()
    await letters.click()
    await expect(page).toHaveURL(/\/account$/)
    await expect(letters).toBeChecked()
    await expectNoSidewaysScroll(page)
  })
})

test('a letter leads to the video, and its link ends such letters', async ({ page, newPage, mail, data }) => {
  const person = await join(page)
  await page.request.post('/account/mail', { form: { ended: 'on', next: '/account' } })
  const cards = await begin(page, { prompt: 'a slow <boat> שלום', seconds: 2, takes: 3 })
  // Nobody waits for five minutes: the order is put back. The third take still waits in line, and hears of it.
  const database = path.join(data, 'aisora.db')
  change(database, 'UPDATE generations SET created_at = created_at - 300000')
  await settled(page)
  change(database, "UPDATE jobs SET run_at = 1 WHERE kind = 'letter'")
  await expect.poll(() => mail.received.length).toBe(1)
  await expect.poll(async () => (await page.request.get('/metrics')).text()).toContain('aisora_letters_total{outcome="sent"} 1')
  const [letter] = mail.received
  expect(letter!.to).toEqual([person.email])
  const header = (name: string) => letter!.headers.find(([known]) => known === name)?.[1]
  expect(header('subject')).toBe('Your video is ready')
  const reader = await newPage()
  await reader.setContent(letter!.html.text)
  await expect(reader.getByRole('heading')).toHaveText('Your video is ready')
  await expect(reader.getByRole('link', { name: 'a slow <boat> שלום' })).toHaveAttribute('href', new RegExp(`/v/${cards[2]!.id}$`))
  const stop = (await reader.getByRole('link', { name: 'Send me no more of these' }).getAttribute('href'))!
  expect(header('list-unsubscribe')).toBe(`<${stop}>`)

  await reader.goto(stop)
  await expect(reader.getByRole('heading', { level: 1 })).toHaveText('No more e-mails about your videos?')
  await expectAccessible(reader)
  await page.goto('/account')
  const letters = page.getByRole('main').getByRole('switch', { name: NAME })
  await expect(letters, 'looking ends nothing').toBeChecked()
  await reader.getByRole('button', { name: 'Stop these e-mails' }).click()
  await expect(reader.getByRole('heading', { level: 1 })).toHaveText('You get no more of these e-mails')
  await expectAccessible(reader)
  await page.reload()
  await expect(letters).not.toBeChecked()
})

test('a link that was made up leads nowhere', async ({ page, watch }) => {
  watch.allow(/status of 404/)
  await page.goto(`/unsubscribe/${'A'.repeat(43)}`)
  await expect(page.getByRole('heading', { level: 1 })).not.toContainText('e-mails')
  expect((await page.request.post(`/unsubscribe/${'A'.repeat(43)}`)).status()).toBe(404)
})
