// Words that are too long, have no spaces, run from right to left or are made of signs: each field says what it does not take
// and keeps what was typed, and the longest that it takes breaks no page of a phone.

import type { Locator, Page } from '@playwright/test'
import { bar, tiles } from '../support/library.ts'
import { MOVED, test } from '../support/maker.ts'
import { arrive, begin, cancel, Composer, expectNoSidewaysScroll, join, make, newPerson } from '../support/studio.ts'
import { expect } from '../support/test.ts'

test.use({ viewport: { width: 390, height: 844 } })

/** As long as all that a hand may paste: from right to left, with signs, and in one piece. */
const PASTED = 'مرحبا🚀'.repeat(834).slice(0, 5_000)

/** A page with a field, and a button that sends it. */
interface Place {
  what: string
  path: string
  open?: (page: Page) => Promise<unknown>
  field: (page: Page) => Locator
  button: string | RegExp
  /** Another field that must keep what was typed. */
  beside?: (page: Page) => Locator
  told: RegExp
}

const within = (page: Page, selector: string, label: string) => page.locator(selector).getByLabel(label, { exact: true })
const about = (page: Page) => page.locator('summary', { hasText: 'Title, tags and note' }).click()

const PLACES: Place[] = [
  { what: 'a title', path: '/v/', open: about, field: (page) => page.getByLabel('Title'), button: 'Save', beside: (page) => page.getByLabel('Tags'), told: /at most 120 characters/ },
  { what: 'a tag', path: '/v/', open: about, field: (page) => page.getByLabel('Tags'), button: 'Save', beside: (page) => page.getByLabel('Note'), told: /at most 30 characters/ },
  { what: 'a note', path: '/v/', open: about, field: (page) => page.getByLabel('Note'), button: 'Save', beside: (page) => page.getByLabel('Title'), told: /at most 2000 characters/ },
  { what: 'the name of a collection', path: '/v/', open: about, field: (page) => page.getByLabel('New collection'), button: 'Save', beside: (page) => page.getByLabel('Note'), told: /at most 60 characters/ },
  { what: 'the name of a preset', path: '/account/presets', field: (page) => page.getByLabel('Name', { exact: true }), button: 'Save preset', beside: (page) => page.getByLabel('Words for the prompt'), told: /60/ },
  { what: 'the words of a preset', path: '/account/presets', field: (page) => page.getByLabel('Words for the prompt'), button: 'Save preset', beside: (page) => page.getByLabel('Name', { exact: true }), told: /1,?000/ },
  { what: 'the name of a key', path: '/account/keys', field: (page) => within(page, '.key-form', 'Name'), button: 'Make the key', told: /100/ },
  { what: 'an address for events', path: '/account/webhooks', field: (page) => page.getByLabel('Address'), button: 'Add the endpoint', told: /\S/ },
]

test('5,000 signs are refused at each field in words, and all that was typed stays', async ({ page, watch }) => {
  watch.allow(/status of 422/)
  await join(page)
  const [card] = await make(page, { prompt: 'a paper boat' })
  for (const { what, path, open, field, button, beside, told } of PLACES) {
    await test.step(what, async () => {
      await page.goto(path === '/v/' ? `/v/${card!.id}` : path)
      await open?.(page)
      const text = what === 'an address for events' ? `https://example.org/${PASTED}` : PASTED
      // Some fields cut off what is typed: what such a form brings from elsewhere, the server must refuse.
      await field(page).evaluate((node: HTMLInputElement, text) => (node.value = text), text)
      await beside?.(page).fill('مرحبا 🚀')
      await page.getByRole('button', { name: button, exact: true }).click()
      const wrong = field(page)
      await expect(wrong).toHaveAttribute('aria-invalid', 'true')
      await expect(wrong).toHaveAccessibleDescription(told)
      await expect(wrong).toHaveValue(text)
      if (beside) await expect(beside(page)).toHaveValue('مرحبا 🚀')
      await expectNoSidewaysScroll(page)
    })
  }
})

test('a name of 5,000 signs is refused at the door, and everything else that was typed stays', async ({ page, watch }) => {
  watch.allow(/status of 422/)
  const person = newPerson()
  await page.goto('/sign-up')
  const name = page.getByLabel('Name', { exact: false })
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await name.fill(PASTED)
  await page.locator('input[name=born]').fill(person.born)
  await page.getByRole('main').getByRole('button', { name: 'Create account' }).click()
  await expect(name).toHaveAccessibleDescription(/100/)
  await expect(name).toHaveValue(PASTED)
  await expect(page.getByLabel('E-mail')).toHaveValue(person.email)
  await expect(page.locator('input[name=born]')).toHaveValue(person.born)
  await expectNoSidewaysScroll(page)
})

test('a preset whose name is too long is refused in the studio, and name and prompt stay', async ({ page, watch }) => {
  watch.allow(/status of 422/)
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('مرحبا 🚀 fog')
  await composer.form.getByRole('button', { name: 'Presets' }).click()
  await page.getByRole('button', { name: 'Save as preset' }).click()
  const name = page.locator('.preset-save').getByLabel('Name')
  await name.fill(PASTED)
  await name.press('Enter')
  await expect(page.locator('.preset-save').getByRole('status')).toHaveText(/60/)
  await expect(name).toHaveValue(PASTED)
  await expect(composer.prompt).toHaveValue('مرحبا 🚀 fog')
  await expectNoSidewaysScroll(page)
})

/** Each as long as asked for. In one piece nothing may break a line by itself. */
const KINDS: [string, (length: number) => string][] = [
  ['in one piece', (length) => 'W'.repeat(length)],
  ['of signs and from right to left', (length) => [...'مرحبا🚀'.repeat(length)].slice(0, length).join('')],
]

for (const [kind, words] of KINDS) {
  test(`the longest words, ${kind}, break no page`, async ({ page, server, maker }) => {
    const person = await join(page, { name: words(100) })
    await server.run('user', 'grant', '--email', person.email, '--credits', '900', '--reason', 'For a long video')
    const [named, other] = await make(page, { prompt: words(400), takes: 2 })
    maker.makes = 40
    const [long] = await begin(page, { prompt: words(32_000), ...MOVED })
    await page.goto(`/v/${named!.id}`)
    await about(page)
    await page.getByLabel('Title').fill(words(120))
    await page.getByLabel('Tags').fill(Array.from({ length: 12 }, (_, n) => `${words(28)}${String(n).padStart(2, '0')}`).join(','))
    await page.getByLabel('Note').fill(words(2_000))
    await page.getByLabel('New collection').fill(words(60))
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(words(120))
    await expectNoSidewaysScroll(page)
    for (const [address, form] of [
      ['/account/presets', { name: words(60), kind: 'look', text: words(1_000) }],
      ['/account/keys', { name: words(100), create: 'on', read: 'on', cap: '' }],
      ['/account/webhooks', { url: `https://example.org/${kind === 'in one piece' ? words(1_900) : words(150)}`, completed: 'on', failed: 'on' }],
    ] as [string, Record<string, string>][]) {
      expect((await page.request.post(address, { form })).status(), address).toBe(200)
    }

    const look = async (path: string) =>
      test.step(path.slice(0, 60), async () => {
        await arrive(page, path)
        await expectNoSidewaysScroll(page)
      })
    await look('/create')
    await expect(page.getByRole('progressbar').first(), 'while it is made').toBeVisible()
    await page.goto('/account')
    await page.locator('.strip summary').click()
    await expect(page.locator('.strip-panel')).toBeVisible()
    await expectNoSidewaysScroll(page)
    await page.locator('.strip summary').click()
    await cancel(page, long!.id)

    await look('/create')
    const composer = new Composer(page)
    await composer.form.getByRole('button', { name: 'Presets' }).click()
    await page.getByRole('button', { name: 'Your own', exact: true }).click()
    await expect(page.locator('.preset-chip')).toHaveCount(1)
    await expectNoSidewaysScroll(page)
    for (const path of ['/account', '/account/keys', '/account/presets', '/account/webhooks', '/credits', `/v/${named!.id}`, `/v/${other!.id}`, `/v/${long!.id}`, `/create?from=${named!.id}`, `/v/${named!.id}/compare/${other!.id}`]) await look(path)
    await page.goto('/account/webhooks')
    await page.getByRole('link', { name: /^Deliveries to/ }).click()
    await expectNoSidewaysScroll(page)
    await page.goto('/account/presets')
    await page.locator('.presets summary').first().click()
    await expectNoSidewaysScroll(page)
    await page.getByRole('button', { name: 'Share as a link' }).click()
    await look((await page.getByRole('link', { name: /^\/presets\// }).getAttribute('href'))!)

    await look('/library')
    await page.getByRole('navigation', { name: 'Collections' }).getByRole('link').last().click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(words(60))
    await expectNoSidewaysScroll(page)
    for (const path of ['/library?view=list', `/library?tag=${encodeURIComponent(`${words(28)}00`.toLowerCase())}`, `/library?search=${encodeURIComponent(words(200))}`]) await look(path)
    await page.goto('/library')
    await tiles(page).first().getByRole('checkbox').check()
    await bar(page).locator('summary', { hasText: 'Collection' }).click()
    await expectNoSidewaysScroll(page)
    await page.keyboard.press('Escape')
    await page.goto('/account')
    await page.getByRole('button', { name: 'Find anything' }).click()
    await page.getByRole('combobox').fill(words(20))
    await expect(page.getByRole('group', { name: 'Videos' }).getByRole('option').first()).toBeVisible()
    await expectNoSidewaysScroll(page)
    await page.keyboard.press('Escape')
    for (const { id } of [named!, long!]) await page.request.post('/library/trash', { form: { ids: id, next: '/library' } })
    await look('/library/trash')
    await look(`/v/${long!.id}`)
  })
}
