// axe finds nothing in what lies over a page or beside the way: panels, dialogs, and pages that are seldom seen, in both themes.

import path from 'node:path'
import type { Page } from '@playwright/test'
import { bar, tiles } from '../support/library.ts'
import { MovingStudio } from '../support/maker.ts'
import { arrive, begin, Composer, join, make } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

const preset = { name: 'Night fog', kind: 'look', text: 'fog over black water' }

/** Keeps a preset and shares it; its link. */
async function share(page: Page): Promise<string> {
  await page.request.post('/account/presets', { form: preset })
  await page.goto('/account/presets')
  await page.locator('summary', { hasText: preset.name }).click()
  await page.getByRole('button', { name: 'Share as a link' }).click()
  return (await page.getByRole('link', { name: /^\/presets\// }).getAttribute('href'))!
}

test('two takes beside each other, with the same words and with others', async ({ page }) => {
  await join(page)
  const [first, second] = await make(page, { prompt: 'a lighthouse in a storm', takes: 2 })
  const [other] = await make(page, { prompt: 'a lighthouse in the fog' })
  for (const [one, two] of [[first, second], [first, other]]) {
    await test.step(`${one!.prompt} and ${two!.prompt}`, async () => {
      await arrive(page, `/v/${one!.id}/compare/${two!.id}`)
      await expect(page.locator('video.player')).toHaveCount(2)
      await expectAccessible(page)
    })
  }
  await test.step('of one video, which to compare it with', async () => {
    await page.goto(`/v/${first!.id}`)
    await page.getByRole('link', { name: /^Compare/ }).first().click()
    await expect(page).toHaveURL(/\/compare/)
    await expectAccessible(page)
  })
})

test('own presets, one with an error, and one that somebody shares', async ({ page, newPage, watch }) => {
  watch.allow(/status of 4(04|22)/)
  await join(page)
  await page.goto('/account/presets')
  await expectAccessible(page)
  const link = await share(page)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Save preset' }).click()
  await expect(page.locator('.preset-form .field-error').filter({ hasText: /\S/ }).first()).toBeVisible()
  await expectAccessible(page)
  const other = await newPage()
  for (const name of ['a guest', 'a person']) {
    await test.step(`the shared one, for ${name}`, async () => {
      if (name === 'a person') await join(other)
      await other.goto(link)
      await expectAccessible(other)
    })
  }
  await other.goto('/presets/nothing')
  await expectAccessible(other)
})

test('the library as a list, with videos of all kinds, and the bar of what is selected with its menus', async ({ page, server }) => {
  const person = await join(page)
  await server.run('user', 'grant', '--email', person.email, '--credits', '900', '--reason', 'For a long video')
  await make(page, { prompt: 'first light over a glass sea' }, { prompt: 'a tall one', size: '720x1280' })
  for (const view of ['list', 'tiles']) {
    await test.step(view, async () => {
      await page.goto(`/library?view=${view === 'list' ? 'list' : ''}`)
      await expectAccessible(page)
      await tiles(page).first().hover()
      await tiles(page).first().getByRole('checkbox').check()
      await expect(bar(page)).toContainText('1 selected')
      await expectAccessible(page)
      for (const menu of ['Collection', 'Tag']) {
        await bar(page).locator('summary', { hasText: menu }).click()
        await expectAccessible(page)
        await page.keyboard.press('Escape')
      }
    })
  }
  for (const menu of ['Filter', 'New collection']) {
    await test.step(menu, async () => {
      await page.goto('/library')
      await page.locator('main summary', { hasText: menu }).click()
      await expectAccessible(page)
    })
  }
  await test.step('while one is made', async () => {
    await begin(page, { prompt: 'seen while it is made', size: '1920x1080', seconds: 20 })
    await page.goto('/library?view=list')
    await expect(tiles(page).getByRole('progressbar')).toBeVisible()
    await page.locator('.strip summary').click()
    await expect(page.locator('.strip-panel')).toBeVisible()
    await expectAccessible(page)
  })
})

test('the palette, with what it finds and without, and the sheet of keys', async ({ page }) => {
  await join(page)
  await make(page, { prompt: 'a lighthouse above the fog' })
  await arrive(page, '/credits')
  const palette = page.getByRole('dialog', { name: 'Search videos, pages and commands' })
  await page.keyboard.press('Control+k')
  await expect(palette.getByRole('option').first()).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.type('lighthouse')
  await expect(palette.getByRole('group', { name: 'Videos' }).getByRole('option')).toHaveCount(1)
  await expectAccessible(page)
  await page.keyboard.type(' of nobody')
  await expect(palette.getByText('Nothing fits.')).toBeVisible()
  await expect(palette.getByRole('combobox')).toHaveAttribute('aria-expanded', 'false')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await expectAccessible(page)
})

test('what helps with the prompt: presets and the helper, and what hangs behind “More”', async ({ page }) => {
  await join(page)
  await page.request.post('/account/presets', { form: preset })
  const composer = new Composer(page)
  await composer.open()
  await composer.form.getByRole('button', { name: 'Presets' }).click()
  for (const kind of ['Camera', 'Looks', 'Moods', 'Your own']) {
    await test.step(kind, async () => {
      const tab = page.getByRole('button', { name: kind, exact: true })
      await tab.click()
      await expect(tab).toHaveAttribute('aria-pressed', 'true')
      await page.locator('.preset-chip').first().click()
      await expect(page.locator('.preset-chip').first()).toHaveAttribute('aria-pressed', 'true')
      await expectAccessible(page)
    })
  }
  await page.getByRole('button', { name: 'Save as preset' }).click()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await composer.form.getByRole('button', { name: 'Helper' }).click()
  await expect(page.locator('#aid-panel')).toBeVisible()
  await expectAccessible(page)
})

test('a form that waited for a sign-in, and one that was not done', async ({ page, watch }) => {
  watch.allow(/status of 4\d\d/)
  const person = await join(page)
  const [card] = await make(page, { prompt: 'an ember' })
  await test.step('held', async () => {
    await page.goto(`/v/${card!.id}#about`)
    await page.locator('summary', { hasText: 'Title, tags and note' }).click()
    await page.getByLabel('Title').fill('Written before the session ended')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(page.getByRole('main')).toContainText('what you sent is there to be sent again')
    await expectAccessible(page)
    await page.getByLabel('E-mail').fill(person.email)
    await page.getByLabel('Password').fill(person.password)
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('heading', { name: 'You are signed in again' })).toBeVisible()
    await expect(page.getByText('Written before the session ended')).toBeVisible()
    await expectAccessible(page)
  })
  await test.step('not done', async () => {
    await page.goto('/library')
    await page.locator('form#choose').evaluate((form: HTMLFormElement) => {
      form.action = '/library/tag'
      form.enctype = 'text/plain'
      HTMLFormElement.prototype.submit.call(form)
    })
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This was not done')
    await expectAccessible(page)
  })
})

test('the page without a connection', async ({ page }) => {
  await page.goto('/offline')
  await expect(page.getByRole('heading', { name: 'There is no connection' })).toBeVisible()
  await expectAccessible(page)
})

test.describe('with a model that starts from pictures', () => {
  let studio: MovingStudio
  test.beforeAll(async () => {
    studio = await MovingStudio.launch()
  })
  test.afterAll(() => studio?.dispose())

  test('a picture in the composer, and the choice of its piece', async ({ newPage, watch }) => {
    watch.allow(/another origin/)
    const page = await newPage({ baseURL: studio.url })
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    await composer.form.getByLabel('Model').selectOption('Mover')
    await composer.shape('720x1280').check()
    await composer.form.getByLabel('Picture', { exact: true }).setInputFiles(path.resolve(import.meta.dirname, '../../public/showcase/1.jpg'))
    const crop = page.getByRole('dialog', { name: 'What of the picture is used?' })
    await expect(crop).toBeVisible()
    await expectAccessible(page)
    await crop.getByRole('button', { name: 'Use this piece' }).click()
    await expect(crop).toBeHidden()
    await expect(composer.form.getByAltText('The picture it starts from')).toBeVisible()
    await expectAccessible(page)
  })
})
