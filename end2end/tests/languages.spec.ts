// German beside English: asked for by the browser or chosen, with JavaScript and without, on pages that live in the browser too.

import fs from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { arrive, expectNoSidewaysScroll, join, make, signIn } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

const GERMAN = { locale: 'de-DE' }

/** What the program says and what the modules say. */
const catalogue: Record<string, string> = Object.assign(
  {},
  ...['src/language/de.json', 'public/words/de.json'].map((file) => JSON.parse(fs.readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8')) as object),
)

/** English sentences of the program that a page shows or says, where German has others. */
async function english(page: Page): Promise<string[]> {
  const said = await page.locator('body').evaluate((body) => {
    const found = new Set<string>()
    const words = document.createTreeWalker(body, NodeFilter.SHOW_TEXT)
    while (words.nextNode()) if (!words.currentNode.parentElement!.closest('script, style, template')) found.add(words.currentNode.textContent!.replace(/\s+/g, ' ').trim())
    for (const element of body.querySelectorAll('*')) {
      for (const name of ['aria-label', 'title', 'alt', 'placeholder', 'label']) found.add(element.getAttribute(name)?.trim() ?? '')
    }
    return [...found].filter(Boolean)
  })
  // With its holes: `{n} of {of}` is any `3 of 4`.
  const sentences = Object.entries(catalogue).filter(([english, german]) => english !== german && /\p{L}{2}/u.test(english.replace(/\{\w+\}/g, '')))
  const german = new Set(Object.values(catalogue))
  const patterns = sentences.map(([english]) => new RegExp(`^${english.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '.+')}$`, 'u'))
  return said.filter((words) => !german.has(words) && patterns.some((pattern) => pattern.test(words)))
}

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

test('a choice goes along to other browsers, and pages wake up in it', async ({ page, newPage }) => {
  const person = await join(page)
  await page.goto('/account')
  await page.getByRole('main').getByRole('button', { name: 'Deutsch' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Konto')
  const other = await newPage()
  await signIn(other, person)
  // What the server said and what the browser says are the same, or the console tells and the test fails.
  await arrive(other, '/create')
  await expect(other.locator('html')).toHaveAttribute('lang', 'de')
  const rooms = other.getByRole('navigation', { name: 'Bereiche' }).filter({ visible: true })
  await expect(rooms.getByRole('link', { name: 'Mediathek' })).toBeVisible()
  await other.getByLabel('Was soll zu sehen sein').fill('ein Leuchtturm')
  await expect(other.getByRole('button', { name: /40 Credits/ })).toBeEnabled()
  // Chosen here, it counts here, and follows there where nobody chose.
  await other.goto('/account')
  await other.getByRole('main').getByRole('button', { name: 'English' }).click()
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Account')
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 }), 'its own choice').toHaveText('Konto')
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

test('the studio speaks German, and so do its presets and its helper', async ({ newPage }) => {
  const page = await newPage(GERMAN)
  await join(page)
  await arrive(page, '/create')
  await expect(page).toHaveTitle(/Erstellen/)
  const prompt = page.getByLabel('Was soll zu sehen sein')
  await page.getByRole('button', { name: /^Ein Papierboot/ }).click()
  await expect(prompt).toHaveValue(/^Ein Papierboot/)
  await expect(page.locator('#reason')).toHaveText(/^Danach bleiben 160 Credits/)
  await expect(page.getByRole('button', { name: 'Erstellen für 40 Credits' })).toBeEnabled()
  await page.getByRole('button', { name: 'Vorlagen' }).click()
  await page.getByRole('button', { name: 'Heranfahren' }).click()
  await expect(prompt).toHaveValue(/, langsame Fahrt auf das Motiv zu$/)
  await page.getByRole('button', { name: 'Heranfahren' }).click()
  await expect(prompt, 'and out again').not.toHaveValue(/Fahrt/)
  await page.getByRole('button', { name: 'Helfer' }).click()
  const suggested = await page.locator('#aid-panel datalist option').evaluateAll((options: HTMLOptionElement[]) => options.map((option) => option.value))
  expect(suggested).toHaveLength(36)
  expect(suggested).toEqual(expect.arrayContaining(['zwei Tänzer', 'Kerzenlicht', 'weiche Pastellfarben, luftiges Licht', 'gemütlich und warm, nah und vertraut']))
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: 'Videos, Seiten und Befehle suchen' })).toBeFocused()
  await expect(page.getByRole('option', { name: 'Neues Video' })).toBeVisible()
  await page.keyboard.press('Escape')
  // Elsewhere nobody has looked at it yet.
  await page.goto('/credits')
  await make(page, { prompt: 'Ein Leuchtturm' })
  await expect(page.locator('.strip-line')).toHaveText('1 Video ist fertig')
  await arrive(page, '/create')
  const facts = page.locator('.stage .facts')
  await expect(facts).toContainText('Modell')
  await expect(facts).toContainText('Entstanden in')
  await expect(facts).toContainText('10 Credits berechnet')
  await expectAccessible(page)
})

test('the page of a video speaks German in every word, after a load and after a change of the page', async ({ newPage }) => {
  const page = await newPage(GERMAN)
  await join(page)
  const [card] = await make(page, { prompt: 'Ein Leuchtturm im Sturm', takes: 2 })
  const german = async () => {
    await expect(page.locator('html')).toHaveAttribute('lang', 'de')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ein Leuchtturm im Sturm')
    await expect(page).toHaveTitle('Ein Leuchtturm im Sturm · AiSora')
    const receipt = page.getByRole('region', { name: 'Beleg' })
    await expect(receipt).toContainText('10 Credits berechnet')
    await expect(receipt.locator('time').first()).toHaveText(/^\d{1,2}\. \p{L}+\.?|^\d\d:\d\d/u)
    await expect(page.getByRole('group', { name: 'Player' }).getByRole('button', { name: 'Vollbild' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Herunterladen' })).toBeVisible()
    expect(await english(page)).toEqual([])
  }
  // What the server said and what the browser says are the same, or the console tells and the test fails.
  await arrive(page, `/v/${card!.id}`)
  await german()
  await page.keyboard.press('.')
  await expect(page.locator('.player-said')).toHaveText(/^Bild \d+$/)
  await expectAccessible(page)
  await page.locator('a.take-next').click()
  await expect(page).not.toHaveURL(`/v/${card!.id}`)
  await expect(page.getByRole('navigation', { name: 'Takes' })).toContainText('Take 2 von 2')
  await german()
})

test('what was typed comes along when the language changes, but for the password', async ({ page }) => {
  await page.goto('/sign-up')
  const form = page.locator('main form', { has: page.locator('[name=born]') })
  const typed = { email: 'robin@example.com', name: 'Robin “東” Example', born: '1990-05-17' }
  for (const [name, value] of Object.entries(typed)) await form.locator(`[name=${name}]`).fill(value)
  await form.locator('[name=password]').fill('seven quiet lamps burn')
  await page.getByRole('main').getByRole('button', { name: 'Deutsch' }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  for (const [name, value] of Object.entries(typed)) await expect(form.locator(`[name=${name}]`)).toHaveValue(value)
  await expect(form.locator('[name=password]')).toHaveValue('')
  await page.reload()
  await expect(form.locator('[name=email]'), 'once').toHaveValue('')
})
