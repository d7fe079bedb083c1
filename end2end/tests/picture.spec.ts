// Videos that start from a picture, models that retire, and how a model has been doing.

import fs from 'node:fs'
import path from 'node:path'
import type { Locator } from '@playwright/test'
import { MovingStudio } from '../support/maker.ts'
import { Composer, expectMade, MADE_WITHIN, signUp } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

const poster = path.resolve(import.meta.dirname, '../../public/showcase/2.jpg')
const readme = path.resolve(import.meta.dirname, '../../README.md')

let studio: MovingStudio

test.beforeAll(async () => {
  const elder = `successor = "builtin"
[[providers.maker.models]]
id = "Elder"
label = "Elder"
sizes = { "1280x720" = 4, "960x960" = 4 }
seconds = [5, 9]
available_until = 2026-01-01
successor = "Mover"
`
  studio = await MovingStudio.launch({ '1280x720': 4 }, elder)
})
test.afterAll(() => studio?.dispose())

/** Drops or pastes a picture, as browsers hand it over; whether the page takes care of it. */
const bring = (at: Locator, kind: 'drop' | 'paste') =>
  at.evaluate(
    (node, { kind, bytes }) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))], 'a.jpg', { type: 'image/jpeg' }))
      const init = { bubbles: true, cancelable: true }
      return !node.dispatchEvent(kind === 'drop' ? new DragEvent('drop', { ...init, dataTransfer: data }) : new ClipboardEvent('paste', { ...init, clipboardData: data }))
    },
    { kind, bytes: fs.readFileSync(poster).toString('base64') },
  )

test('a picture is chosen, seen, taken out, dropped, pasted, and starts a video', async ({ newPage, watch }) => {
  watch.allow(/another origin/)
  watch.allow(/422/)
  const page = await newPage({ baseURL: studio.url })
  await signUp(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.form.getByLabel('Model').selectOption('builtin')
  const choose = composer.form.getByLabel('Picture', { exact: true })
  await expect(choose, 'the renderer starts from words alone').toBeHidden()
  await composer.form.getByLabel('Model').selectOption('Mover')
  const shown = composer.form.getByAltText('The picture it starts from')
  await choose.setInputFiles(poster)
  await expect(shown).toBeVisible()
  await composer.form.getByRole('button', { name: 'Take the picture out' }).click()
  await expect(shown).toBeHidden()
  await expect(choose).toBeFocused()
  await choose.setInputFiles(readme)
  await expect(composer.form.getByRole('status')).toContainText('Use a JPEG, PNG or WebP picture.')
  await expect(shown).toBeHidden()
  for (const kind of ['drop', 'paste'] as const) {
    await bring(composer.prompt, kind)
    await expect(shown).toBeVisible()
    if (kind === 'drop') await composer.form.getByRole('button', { name: 'Take the picture out' }).click()
  }
  // Wherever it is let go, it is meant for the composer.
  const beside = page.getByRole('heading', { level: 1 })
  await composer.form.getByRole('button', { name: 'Take the picture out' }).click()
  await expect(shown).toBeHidden()
  await composer.form.getByLabel('Model').selectOption('builtin')
  expect(await bring(beside, 'drop'), 'the page is not left for the file').toBe(true)
  await expect(page.locator('.picture-said')).toContainText('This model does not start from a picture. Choose another one')
  await composer.form.getByLabel('Model').selectOption('Mover')
  await expect(page.locator('.picture-said')).toBeEmpty()
  await bring(beside, 'paste')
  await expect(shown).toBeVisible()
  await composer.prompt.fill('the fog comes in')
  await composer.go.click()
  await expectMade(page)
  expect(studio.maker.pictures.at(-1)).toEqual([1280, 720])
  await page.getByLabel('Watched now').getByRole('link', { name: /open/i }).first().click()
  await expect(page.getByAltText('The picture it started from')).toBeVisible()
  await page.getByRole('link', { name: 'Make another' }).click()
  await expect(shown).toBeVisible()
  await expect(page.locator('#reason')).toContainText('the last one worked')
  // A model that does not take it says so before anything is spent.
  await composer.form.getByLabel('Model').selectOption('builtin')
  await expect(page.locator('#reason')).toContainText('does not start from a picture')
})

test('without JavaScript the picture goes with the form', async ({ newPage, watch }) => {
  watch.allow(/another origin/)
  watch.allow(/status of 422/)
  const page = await newPage({ baseURL: studio.url, javaScriptEnabled: false })
  await signUp(page)
  await page.goto('/create')
  const form = page.getByRole('form', { name: 'Composer' })
  await form.getByLabel('What should be seen').fill('the fog comes in')
  await form.getByLabel('Picture', { exact: true }).setInputFiles(poster)
  const before = studio.maker.pictures.length
  await form.getByRole('button', { name: /^Create/ }).click()
  await expect.poll(() => studio.maker.pictures.length).toBe(before + 1)
  expect(studio.maker.pictures.at(-1)).toEqual([1280, 720])
  // One that is none comes back with what was typed.
  await form.getByLabel('What should be seen').fill('another fog')
  await form.getByLabel('Picture', { exact: true }).setInputFiles(readme)
  await form.getByRole('button', { name: /^Create/ }).click()
  await expect(form.locator('#picture-error')).toContainText('Use a JPEG')
  await expect(form.getByLabel('What should be seen')).toHaveValue('another fog')
  // A page with a model that takes none offers the field all the same: nothing would show it when another one is chosen.
  await form.getByLabel('Model').selectOption('builtin')
  await form.getByRole('button', { name: /^Create/ }).click()
  await expect(form.getByLabel('Model')).toHaveValue('builtin')
  await expect(form.getByLabel('Picture', { exact: true })).toBeVisible()
  await form.getByLabel('Model').selectOption('Mover')
  await form.getByLabel('Picture', { exact: true }).setInputFiles(poster)
  await form.getByRole('button', { name: /^Create/ }).click()
  await expect(form.getByAltText('The picture it starts from')).toBeVisible()
})

test('what two models made of one prompt stands side by side once both are ready', async ({ newPage, watch }) => {
  watch.allow(/another origin/)
  const page = await newPage({ baseURL: studio.url })
  await signUp(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.form.getByLabel('Model').selectOption('builtin')
  await composer.seconds.selectOption('1')
  await composer.prompt.fill('a boat')
  await composer.more()
  await composer.form.getByLabel('And also on').selectOption('Mover')
  await page.getByRole('button', { name: /^Queue 2 videos/ }).click()
  await expect(page.getByRole('link', { name: 'Compare' })).toHaveAttribute('href', /^\/v\/[\w-]+\/compare\/[\w-]+$/, { timeout: MADE_WITHIN })
  await page.getByRole('link', { name: 'Compare' }).click()
  await expect(page.locator('video.player')).toHaveCount(2)
})

test('a retired model offers its successor, and what fits is carried over', async ({ newPage, watch }) => {
  watch.allow(/another origin/)
  watch.allow(/422/)
  const page = await newPage({ baseURL: studio.url })
  await signUp(page)
  const composer = new Composer(page)
  await composer.open()
  // A page that was open before the model retired: its form still has it.
  await composer.prompt.fill('an old favourite')
  await page.evaluate(() => {
    const form = document.querySelector<HTMLFormElement>('form.composer')!
    const option = (id: string, value: string) => {
      const select = form.querySelector<HTMLSelectElement>(id)!
      select.append(new Option(value, value))
      select.value = value
    }
    option('#model', 'Elder')
    option('#seconds', '9')
    form.querySelector<HTMLInputElement>('[name=size]:checked')!.value = '960x960'
    HTMLFormElement.prototype.submit.call(form)
  })
  await expect(composer.form.getByLabel('Model')).toHaveValue('Elder')
  await expect(page.locator('#reason')).toContainText('Elder is retired. Its successor is Mover')
  await composer.form.getByRole('button', { name: 'Use Mover' }).click()
  await expect(composer.form.getByRole('alert')).toContainText('The size is 1280x720 now; it was 960x960.')
  await expect(composer.form.getByRole('alert')).toContainText('The length is 5 s now; it was 9 s.')
  await expect(composer.form.getByLabel('Model')).toHaveValue('Mover')
  await expect(composer.prompt).toHaveValue('an old favourite')
  await expect(composer.go).toHaveAccessibleName('Create for 20 credits')
})
