// Letters about work that took long: the switch beside the other ways to be told, the letter that asks first, one that tells,
// and the links in both.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { change, MailServer } from '../support/mail.ts'
import { begin, expectNoSidewaysScroll, join, settled } from '../support/studio.ts'
import { test as base, expect, expectAccessible } from '../support/test.ts'

const NAME = 'E-mail me about videos that take over five minutes'

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

/** Opens the link in the letter that asks somebody, and says yes, in a browser that knows nobody. */
async function confirm(newPage: () => Promise<Page>, mail: MailServer, email: string): Promise<void> {
  const asks = () => mail.received.findLast((letter) => letter.to[0] === email && letter.html.text.includes('/confirm/'))
  await expect.poll(asks).toBeTruthy()
  const reader = await newPage()
  await reader.setContent(asks()!.html.text)
  await expect(reader.getByRole('heading')).toHaveText('Is this your e-mail address?')
  await reader.goto((await reader.getByRole('link', { name: 'Yes, e-mail me' }).getAttribute('href'))!)
  await expect(reader.getByRole('heading', { level: 1 })).toHaveText('Shall AiSora e-mail you?')
  await expectAccessible(reader)
  await reader.getByRole('button', { name: 'Yes, e-mail me' }).click()
  await expect(reader.getByRole('heading', { level: 1 })).toHaveText('You get these e-mails now')
  await expectAccessible(reader)
  await reader.close()
}

test.skip(!MailServer.isThere(), 'the mail server of the tests is not installed; scripts/tools test does it')

test('the switch is off until it is pressed, and kept for every browser of the person', async ({ page, newPage, mail, data }) => {
  const person = await join(page)
  await page.goto('/account')
  const main = page.getByRole('main')
  const letters = main.getByRole('switch', { name: NAME })
  await expect(letters).not.toBeChecked()
  const said = main.locator('.letters-said')
  await expect(said).toHaveText(`First we send a link to ${person.email}`)
  await letters.focus()
  await page.keyboard.press('Space')
  await expect(letters).toBeChecked()
  await expect(letters, 'the page stays as it is').toBeFocused()
  const waits = `Almost on: press the link in the e-mail that we sent to ${person.email}`
  await expect(said).toContainText(waits)
  await expect(page.locator('.strip .letters .switch')).toHaveAttribute('aria-checked', 'true')
  await expect(page.locator('.strip .letters-said')).toContainText(waits)
  await expectAccessible(page)
  await page.reload()
  await expect(said).toContainText(waits)

  change(path.join(data, 'aisora.db'), 'UPDATE users SET mail_asked_at = mail_asked_at - 3600000')
  await page.reload()
  const again = main.getByRole('button', { name: 'Send it again' })
  await again.click()
  await expect(again).toBeHidden()
  await expect(letters).toBeFocused()
  await expect(said).toContainText('It can be sent again in 2 hours.')
  await expect.poll(() => mail.received.filter((letter) => letter.to[0] === person.email).length).toBe(2)
  await confirm(newPage, mail, person.email)
  await page.reload()
  await expect(letters).toBeChecked()
  await expect(said).toHaveText(`They go to ${person.email}`)
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

  test('it is a button that comes back to the page', async ({ page, data }) => {
    await join(page)
    await page.goto('/account')
    const letters = page.getByRole('main').getByRole('switch', { name: NAME })
    await expect(letters).not.toBeChecked()
    await letters.click()
    await expect(page).toHaveURL(/\/account$/)
    await expect(letters).toBeChecked()
    const said = page.getByRole('main').locator('.letters-said')
    await expect(said).toContainText('Almost on: press the link in the e-mail that we sent to')
    await expect(said).toContainText('It can be sent again in 1 hour.')
    await expectNoSidewaysScroll(page)
    change(path.join(data, 'aisora.db'), 'UPDATE users SET mail_asked_at = mail_asked_at - 3600000')
    await page.reload()
    await said.getByRole('button', { name: 'Send it again' }).click()
    await expect(said).toContainText('It can be sent again in 2 hours.')
    await letters.click()
    await expect(letters).not.toBeChecked()
    await expect(said).toContainText('First we send a link to')
  })
})

test('a letter leads to the video, and its link ends such letters', async ({ page, newPage, mail, data }) => {
  const person = await join(page)
  await page.request.post('/account/mail', { form: { ended: 'on', next: '/account' } })
  await confirm(newPage, mail, person.email)
  const before = mail.received.length
  const cards = await begin(page, { prompt: 'a slow <boat> שלום', seconds: 2, takes: 3 })
  // Nobody waits for five minutes: the order is put back. The third take still waits in line, and hears of it.
  const database = path.join(data, 'aisora.db')
  change(database, 'UPDATE generations SET created_at = created_at - 300000')
  await settled(page)
  change(database, "UPDATE jobs SET run_at = 1 WHERE kind = 'letter'")
  await expect.poll(() => mail.received.length).toBe(before + 1)
  await expect.poll(async () => (await page.request.get('/metrics')).text()).toContain(`aisora_letters_total{outcome="sent"} ${before + 1}`)
  const letter = mail.received.at(-1)
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
