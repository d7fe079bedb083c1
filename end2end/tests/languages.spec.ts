// German beside English: asked for by the browser or chosen, with JavaScript and without, on pages that live in the browser too.

import { arrive, expectNoSidewaysScroll, join } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

const GERMAN = { locale: 'de-DE' }

test('a German browser is spoken to in German, and the page wakes up as the server wrote it', async ({ newPage }) => {
  const page = await newPage(GERMAN)
  await page.goto('/')
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Beschreib eine Szene.')
  await join(page)
  // Whatever differs from what the server said is an error on the console, which fails the test.
  await arrive(page, '/create')
  const rooms = page.getByRole('navigation', { name: 'Bereiche' }).filter({ visible: true })
  await expect(rooms.getByRole('link', { name: 'Mediathek' })).toBeVisible()
  await rooms.getByRole('link', { name: 'Mediathek' }).click()
  await expect(page).toHaveURL(/\/library/)
  await expect(rooms.getByRole('link', { name: 'Mediathek' })).toHaveAttribute('aria-current', 'page')
  await page.goto('/credits')
  await expect(page.getByRole('cell').filter({ hasText: 'Gutschrift' })).toContainText('Willkommen')
  await expect(page.locator('time').first()).toHaveText(/^\d{1,2}\. \p{L}+\.? \d{4}, \d\d:\d\d$/u)
  await expectAccessible(page)
})

test('a choice is kept, and counts more than what the browser asks for', async ({ page }) => {
  await page.goto('/sign-in')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await expect(page).toHaveURL(/\/sign-in$/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Anmelden')
  await expect(page.getByRole('button', { name: 'Deutsch' })).toHaveAttribute('aria-pressed', 'true')
  await join(page)
  await arrive(page, '/create')
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await page.goto('/account')
  await page.getByRole('main').getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Account')
})

test('without JavaScript it is the same', async ({ newPage, watch }) => {
  watch.allow(/status of 422/)
  const page = await newPage({ ...GERMAN, javaScriptEnabled: false })
  await page.goto('/sign-up')
  await page.getByRole('button', { name: 'Konto anlegen' }).click()
  await expect(page.getByText('Schreib eine ganze E-Mail-Adresse')).toBeVisible()
  await page.goto('/sign-up')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create your account')
})

test('the longer words fit a phone', async ({ newPage, watch }) => {
  watch.allow(/status of 404/)
  const page = await newPage({ ...GERMAN, viewport: { width: 390, height: 844 } })
  for (const path of ['/', '/sign-in', '/sign-up', '/not-there']) {
    await page.goto(path)
    await expectNoSidewaysScroll(page)
  }
  await join(page)
  for (const path of ['/create', '/library', '/credits', '/account', '/account/keys', '/account/spending', '/account/webhooks', '/library/trash', '/account/presets']) {
    await arrive(page, path)
    await expectNoSidewaysScroll(page)
  }
})
