// What helps with composing: several prompts and two models under one price, presets, the helper, earlier prompts, rules, the
// piece of a picture.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { Maker } from '../support/maker.ts'
import { begin, Composer, expectNoSidewaysScroll, join, snapshot } from '../support/studio.ts'
import { Server } from '../support/server.ts'
import { expect, expectAccessible, signUp, test } from '../support/test.ts'

const wide = path.resolve(import.meta.dirname, '../../public/showcase/1.jpg')

const pictures = process.env.AISORA_PICTURES ? path.join(import.meta.dirname, '../pictures') : undefined

let maker: Maker
let studio: Server
let folder: string

test.beforeAll(async () => {
  maker = await Maker.start()
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aisora-composing-'))
  const config = path.join(folder, 'aisora.toml')
  fs.writeFileSync(
    config,
    `[moderation]
forbidden = ["forbidden words", "Crème"]
[providers.maker]
kind = "openai_videos"
base_url = "${maker.url}"
key = "maker"
[[providers.maker.models]]
id = "Mover"
label = "Mover"
sizes = { "720x1280" = 4, "1024x1024" = 4 }
seconds = [5]
input_reference = true
`,
  )
  studio = await Server.launch({ AISORA_CONFIG: config })
})
test.afterAll(async () => {
  await studio?.dispose()
  maker?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

const create = (page: Page) => page.locator('#create')

async function opened(page: Page, sized = true): Promise<Composer> {
  const composer = new Composer(page)
  await composer.open()
  if (sized) await composer.form.getByLabel('Model').selectOption('builtin')
  return composer
}

test('pasted lines become one video each, under one price, once', async ({ newPage, watch }) => {
  watch.allow(/another origin/)
  const page = await newPage({ baseURL: studio.url })
  await join(page)
  const composer = await opened(page)
  await composer.seconds.selectOption('1')
  await composer.prompt.fill('a boat')
  const each = composer.form.getByLabel(/^Make one video for each/)
  await expect(each).toBeHidden()
  await composer.prompt.fill('a boat\n\na lighthouse\n  a storm  \n')
  await expect(each).toHaveAccessibleName('Make one video for each of the 3 lines')
  await expect(create(page)).toHaveAccessibleName('Create for 10 credits')
  await each.check()
  await expect(create(page)).toHaveAccessibleName('Queue 3 videos for 30 credits')
  await composer.takes(2).check()
  await expect(create(page)).toHaveAccessibleName('Queue 6 videos for 60 credits')
  await composer.takes(1).check()
  await expect(create(page)).toHaveAccessibleName('Queue 3 videos for 30 credits')
  await composer.prompt.fill('x\n'.repeat(21))
  await expect(composer.reason).toHaveText('These are 21 lines; at most 20 can be made at once.')
  await composer.prompt.fill('a boat\na lighthouse\na storm')
  await expect(composer.reason).toHaveText(/^Leaves 170 credits/)
  await create(page).dblclick()
  await expect.poll(async () => (await snapshot(page)).cards.length).toBe(3)
  const { cards } = await snapshot(page)
  expect(cards.map((card) => card.prompt).sort()).toEqual(['a boat', 'a lighthouse', 'a storm'])
  await expect(page.locator('.screens .screen')).toHaveCount(3)
  await expect(page.locator('.about')).toContainText('and 2 more')
})

test('a second model is priced and told apart', async ({ newPage, watch }) => {
  watch.allow(/another origin/)
  const page = await newPage({ baseURL: studio.url })
  await join(page)
  const composer = await opened(page)
  await composer.seconds.selectOption('1')
  await composer.prompt.fill('a boat')
  await composer.more()
  const also = composer.form.getByLabel('And also on')
  await also.selectOption('Mover')
  await expect(create(page)).toHaveAccessibleName('Queue 2 videos for 30 credits')
  await expect(composer.form.locator('#also-hint')).toContainText('Mover makes 720x1280, 5 s, the nearest it can.')
  await expect(composer.form.locator('#also-hint')).toContainText('Mover: 20, together 30 credits.')
  await create(page).click()
  await expect(page.locator('.screen-take')).toHaveText([/^Take 1 · /, /^Take 2 · Mover$/])
  await expect(page.getByRole('link', { name: 'Compare' })).toHaveAttribute('href', /^\/v\/[\w-]+\/compare\/[\w-]+$/)
})

test('words that break a rule are told while one types, and nothing is spent', async ({ newPage, watch }) => {
  watch.allow(/another origin/)
  watch.allow(/422/)
  const page = await newPage({ baseURL: studio.url })
  await join(page)
  const composer = await opened(page)
  await composer.prompt.fill('a cup of CREME at sea')
  const told = page.locator('#prompt-trips')
  await expect(told).toContainText('do not allow “CREME”')
  await told.getByRole('button', { name: 'CREME' }).click()
  expect(await composer.prompt.evaluate((field: HTMLTextAreaElement) => field.value.slice(field.selectionStart, field.selectionEnd))).toBe('CREME')
  await create(page).click()
  await expect(composer.form.locator('#prompt-error')).toContainText('do not allow “CREME”')
  expect(await page.content()).not.toContain('forbidden words')
  expect((await snapshot(page)).balance).toEqual({ available: 200, held: 0 })
  await composer.prompt.fill('a cup of tea at sea')
  await expect(told).toBeEmpty()
})

test('presets go into the prompt and out again, and leave alone what was typed', async ({ page }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('a paper boat')
  await composer.form.getByRole('button', { name: 'Presets' }).click()
  const chips = page.locator('.preset-chip')
  await expect(chips).toHaveCount(8)
  await expect(composer.prompt, 'the field stays in sight').toBeInViewport()
  const push = chips.filter({ hasText: 'Push in' })
  await expect.poll(() => push.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(240)
  await push.click()
  await expect(composer.prompt).toHaveValue('a paper boat, slow push-in toward the subject')
  await expect(push).toHaveAttribute('aria-pressed', 'true')
  await page.getByRole('button', { name: 'Moods' }).click()
  await expect(chips).toHaveCount(8)
  await chips.filter({ hasText: 'Calm' }).click()
  await page.getByRole('button', { name: 'Camera', exact: true }).click()
  await push.click()
  await expect(composer.prompt).toHaveValue('a paper boat, calm and unhurried, gentle motion')
  await expect(push).toHaveAttribute('aria-pressed', 'false')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(page.locator('#aid-panel')).toBeHidden()
  await expect(composer.form.getByRole('button', { name: 'Presets' })).toBeFocused()
})

test('there are two dozen presets and more, each with a picture of its own that loads', async ({ page }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.form.getByRole('button', { name: 'Presets' }).click()
  const seen: { name: string; text: string; still: string }[] = []
  for (const kind of ['Camera', 'Looks', 'Moods']) {
    await page.getByRole('button', { name: kind, exact: true }).click()
    await expect(page.getByRole('button', { name: kind, exact: true })).toHaveAttribute('aria-pressed', 'true')
    for (const chip of await page.locator('.preset-chip').all()) {
      await chip.scrollIntoViewIfNeeded()
      const still = chip.locator('img')
      await expect.poll(() => still.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight])).toEqual([240, 136])
      const address = await still.evaluate((image: HTMLImageElement) => image.currentSrc)
      const bytes = await (await page.request.get(address)).body()
      seen.push({ name: await chip.innerText(), text: (await chip.getAttribute('data-text'))!, still: bytes.toString('base64') })
    }
  }
  expect(seen.length).toBeGreaterThanOrEqual(24)
  for (const what of ['name', 'text', 'still'] as const) {
    expect(seen.every((preset) => preset[what])).toBe(true)
    expect(new Set(seen.map((preset) => preset[what])).size, `no two with the same ${what}`).toBe(seen.length)
  }
})

for (const supported of [true, false]) {
  test(`the prompt field grows with its words and shrinks again, in a browser that ${supported ? 'does so by itself' : 'needs help'}`, async ({ page }) => {
    if (!supported) await page.addInitScript(() => (CSS.supports = () => false))
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    if (!supported) await composer.prompt.evaluate((field: HTMLElement) => field.style.setProperty('field-sizing', 'fixed'))
    await composer.prompt.focus()
    const height = async () => Math.round((await composer.prompt.boundingBox())!.height)
    const rest = await height()
    await composer.prompt.pressSequentially('one\ntwo\nthree\nfour')
    await expect.poll(height).toBeGreaterThan(rest + 20)
    const four = await height()
    expect(await composer.prompt.evaluate((field) => field.scrollHeight - field.clientHeight), 'all of it is seen').toBeLessThanOrEqual(1)
    await composer.prompt.fill('and on\n'.repeat(90))
    await expect.poll(height).toBeGreaterThan(four)
    await expect(composer.form).toBeInViewport({ ratio: 1 })
    await expect(composer.go).toBeInViewport({ ratio: 1 })
    await composer.prompt.fill('one\ntwo\nthree\nfour')
    await expect.poll(height).toBe(four)
    await composer.prompt.fill('')
    await expect.poll(height).toBe(rest)
  })
}

test('a piece of a prompt is kept, used, edited, shared and taken over', async ({ page, newPage, watch }) => {
  watch.allow(/422/)
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('fog over black water')
  await composer.form.getByRole('button', { name: 'Presets' }).click()
  await page.getByRole('button', { name: 'Save as preset' }).click()
  await page.keyboard.press('Enter')
  await expect(page.locator('.preset-save').getByRole('status')).toHaveText('Write a name.')
  await page.keyboard.type('Nebel 🌫')
  await page.keyboard.press('Enter')
  await expect(page.locator('.preset-chip')).toHaveCount(1)
  await expect(page.locator('.preset-chip')).toHaveText(/Nebel 🌫/)
  await composer.prompt.fill('a heron')
  await page.locator('.preset-chip').click()
  await expect(composer.prompt).toHaveValue('a heron, fog over black water')
  expect((await snapshot(page)).cards, 'Enter in the panel creates nothing').toEqual([])
  await page.getByRole('link', { name: 'Edit yours' }).click()
  await page.locator('summary', { hasText: 'Nebel' }).click()
  await page.getByRole('button', { name: 'Share as a link' }).click()
  const link = (await page.getByRole('link', { name: /^\/presets\// }).getAttribute('href'))!
  await expectAccessible(page)
  const other = await newPage()
  await join(other)
  await other.goto(link)
  await expect(other.getByRole('blockquote')).toHaveText('fog over black water')
  await expectAccessible(other)
  await other.getByRole('button', { name: 'Add it to your presets' }).click()
  await expect(other.locator('summary', { hasText: 'Nebel' })).toBeVisible()
  await other.locator('#file').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{ broken') })
  await other.getByRole('button', { name: 'Import' }).click()
  await expect(other.locator('#file-error')).toContainText('This is no JSON')
  await other.goto('/create')
})

test('the helper writes its parts and changes them again, as long as they stand', async ({ page }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('my own words')
  await composer.form.getByRole('button', { name: 'Helper' }).click()
  const part = (name: string) => page.locator('#aid-panel').getByLabel(name, { exact: true })
  await expect(part('Subject')).toBeFocused()
  await part('Subject').pressSequentially('a fox')
  await part('Lighting').fill('candlelight')
  await expect(composer.prompt).toHaveValue('my own words, a fox, candlelight')
  await part('Subject').fill('two foxes')
  await expect(composer.prompt).toHaveValue('my own words, two foxes, candlelight')
  await part('Lighting').fill('')
  await expect(composer.prompt).toHaveValue('my own words, two foxes')
  await expectAccessible(page)
  await composer.prompt.fill('my own words, two red foxes')
  await expect(part('Subject'), 'it is the person’s own now').toHaveValue('')
  await part('Subject').fill('a heron')
  await expect(composer.prompt).toHaveValue('my own words, two red foxes, a heron')
  await part('Subject').press('Enter')
  expect((await snapshot(page)).cards).toEqual([])
})

test('earlier prompts come back by arrow key, and what was typed is never lost', async ({ page }) => {
  await join(page)
  for (const prompt of ['first one', 'second one', 'second one']) await begin(page, { prompt })
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('half a thought')
  await composer.prompt.press('Home')
  await composer.prompt.press('ArrowUp')
  await expect(composer.prompt).toHaveValue('second one')
  await composer.prompt.press('ArrowUp')
  await expect(composer.prompt).toHaveValue('first one')
  await composer.prompt.press('ArrowUp')
  await expect(composer.prompt).toHaveValue('first one')
  await composer.prompt.press('ArrowDown')
  await expect(composer.prompt).toHaveValue('second one')
  await composer.prompt.press('ArrowDown')
  await expect(composer.prompt).toHaveValue('half a thought')
  await composer.prompt.press('Home')
  await composer.prompt.press('ArrowUp')
  await composer.prompt.press('Escape')
  await expect(composer.prompt).toHaveValue('half a thought')
  await composer.prompt.press('End')
  await composer.prompt.press('ArrowUp')
  await expect(composer.prompt, 'inside of a text it is the cursor that moves').toHaveValue('half a thought')
})

test('the piece of a picture is chosen by keys, and the server cuts it', async ({ newPage, watch }) => {
  watch.allow(/another origin/)
  const page = await newPage({ baseURL: studio.url })
  await signUp(page)
  const composer = await opened(page, false)
  await composer.form.getByLabel('Model').selectOption('Mover')
  await composer.shape('720x1280').check()
  await composer.form.getByLabel('Picture', { exact: true }).setInputFiles(wide)
  const dialog = page.getByRole('dialog', { name: 'What of the picture is used?' })
  await expect(dialog).toBeVisible()
  await expect(dialog.getByRole('group')).toBeFocused()
  await expectAccessible(page)
  for (let presses = 0; presses < 30; presses++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('+')
  if (pictures) await page.screenshot({ path: path.join(pictures, 'composing-crop.png') })
  const whole = await composer.form.locator('[name=input_reference]').inputValue()
  await dialog.getByRole('button', { name: 'Use this piece' }).click()
  await expect(dialog).toBeHidden()
  const shown = composer.form.getByAltText('The picture it starts from')
  const ratio = () => shown.evaluate((image: HTMLImageElement) => image.naturalWidth / image.naturalHeight)
  await expect.poll(async () => Math.abs((await ratio()) - 720 / 1280)).toBeLessThan(0.02)
  expect(await composer.form.locator('[name=input_reference]').inputValue()).not.toBe(whole)
  await composer.form.getByRole('button', { name: /^Choose what of the picture/ }).click()
  await dialog.getByRole('button', { name: 'Use the middle' }).click()
  const used = composer.form.locator('[name=input_reference]')
  await expect(used).toHaveValue(whole)
  await test.step('dragged, and given up with the shape that it was chosen for', async () => {
    await composer.form.getByRole('button', { name: /^Choose what of the picture/ }).click()
    const place = () => dialog.locator('img').evaluate((image: HTMLElement) => image.style.left)
    const before = await place()
    const { x, y, width, height } = (await dialog.getByRole('group').boundingBox())!
    await page.mouse.move(x + width / 2, y + height / 2)
    await page.mouse.down()
    await page.mouse.move(x + width / 2 - 60, y + height / 2, { steps: 4 })
    await page.mouse.up()
    expect(await place()).not.toBe(before)
    await dialog.getByRole('button', { name: 'Use this piece' }).click()
    await expect(used).not.toHaveValue(whole)
    await composer.shape('1024x1024').check()
    await expect(used).toHaveValue(whole)
    await expect(composer.form.getByText(/^The shape has changed/)).toBeVisible()
  })
})

test('without JavaScript lines are queued', async ({ newPage, watch }) => {
  watch.allow(/422/)
  const page = await newPage({ javaScriptEnabled: false })
  await signUp(page)
  await page.goto('/create')
  await page.getByLabel('What should be seen').fill('a boat\na storm')
  await page.getByLabel('Length').selectOption('1')
  await page.getByLabel('Make one video for each line').check()
  await page.locator('#create').click()
  await expect(page.locator('#create')).toHaveText('Queue 2 videos for 20 credits')
  await page.locator('#create').click()
  await expect(page.locator('.job, .screen')).not.toHaveCount(0)
  expect((await snapshot(page)).cards).toHaveLength(2)
})

for (const [width, height] of [[390, 844], [820, 1180], [1440, 900]] as const) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`the panels fit, ${width} px, ${colorScheme}`, async ({ newPage, watch }) => {
      watch.allow(/another origin/)
      const page = await newPage({ baseURL: studio.url, viewport: { width, height }, hasTouch: width < 1000, colorScheme })
      await join(page)
      const composer = await opened(page)
      await composer.prompt.fill('a paper boat\na lighthouse at dusk, with forbidden words')
      await expect(page.locator('#prompt-trips')).not.toBeEmpty()
      const look = async (name: string) => {
        await expectNoSidewaysScroll(page)
        await expect(composer.prompt).toBeInViewport()
        if (pictures) await page.screenshot({ path: path.join(pictures, `composing-${name}-${width}-${colorScheme}.png`) })
      }
      await look('rest')
      await composer.form.getByRole('button', { name: 'Presets' }).click()
      await expect(page.locator('.preset-chip')).toHaveCount(8)
      await page.locator('.preset-chip').first().click()
      await page.waitForTimeout(400)
      await look('presets')
      await composer.form.getByRole('button', { name: 'Helper' }).click()
      await expect(page.locator('.part')).toHaveCount(6)
      await look('helper')
      await page.keyboard.press('Escape')
      await composer.more()
      await look('more')
      await page.goto('/account/presets')
      await expectNoSidewaysScroll(page)
      if (pictures) await page.screenshot({ path: path.join(pictures, `composing-page-${width}-${colorScheme}.png`), fullPage: true })
    })
  }
}
