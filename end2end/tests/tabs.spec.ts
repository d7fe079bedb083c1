// All tabs of a browser have one session: a page of somebody who is not signed in any more covers itself.

import type { Locator, Page } from '@playwright/test'
import { arrive, Composer, join, make, type Person, signIn } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

const cover = (page: Page): Locator => page.getByRole('dialog', { name: /^(You are signed out|Somebody else is signed in)$/ })

async function signOut(page: Page): Promise<void> {
  await page.goto('/account')
  await page.getByRole('main').getByRole('button', { name: 'Sign out', exact: true }).click()
  await expect(page).not.toHaveURL(/\/account/)
}

/** Signs in as somebody without a page: no tab hears of it. */
async function become(page: Page, person: Person): Promise<void> {
  const { email, password } = person
  const answer = await page.request.post('/sign-in', { form: { email, password }, maxRedirects: 0 })
  expect(answer.status()).toBe(303)
}

test('who signs out in another tab leaves nothing in sight, and finds what was typed when they are back', async ({ page, context, watch }) => {
  watch.allow(/status of 401/)
  const person = await join(page)
  const [card] = await make(page, { prompt: 'seen by its own person only' })
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('half a thought')
  const watched = await context.newPage()
  await arrive(watched, `/v/${card!.id}`)
  const third = await context.newPage()
  await signOut(third)
  for (const tab of [page, watched]) {
    await expect(cover(tab)).toHaveAccessibleName('You are signed out')
    await tab.keyboard.press('Escape')
    await tab.keyboard.press('Escape')
    await expect(cover(tab)).toBeVisible()
    await expectAccessible(tab)
    await expect(tab.getByRole('main'), 'what lies behind').toBeHidden()
  }
  await expect(cover(page)).toContainText('What you typed here is still there')
  await expect(cover(watched)).not.toContainText('typed')

  const door = context.waitForEvent('page')
  await cover(page).getByRole('link', { name: 'Sign in' }).click()
  const opened = await door
  await opened.getByLabel('E-mail').fill(person.email)
  await opened.getByLabel('Password').fill(person.password)
  await opened.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(opened).toHaveURL(/\/create$/)
  for (const tab of [page, watched]) await expect(cover(tab)).toBeHidden()
  await expect(composer.prompt).toHaveValue('half a thought')
  await composer.seconds.selectOption('1')
  await composer.go.click()
  await expect(page.getByLabel('Watched now'), 'the page hears of its work again').toContainText('Charged 10 credits')
})

test('who signs in after somebody else sees nothing of theirs, and does nothing in their pages', async ({ page, context, newPage, watch }) => {
  watch.allow(/status of 40[14]/)
  const first = await join(page)
  const [card] = await make(page, { prompt: 'belongs to the first' })
  await arrive(page, `/v/${card!.id}`)
  const composing = await context.newPage()
  await new Composer(composing).open()
  await new Composer(composing).prompt.fill('a draft of the first')
  const second = await join(await newPage())
  const third = await context.newPage()
  await signOut(third)
  await signIn(third, second)
  for (const tab of [page, composing]) {
    await expect(cover(tab)).toHaveAccessibleName('Somebody else is signed in')
    await expectAccessible(tab)
    await cover(tab).getByRole('button').click()
  }
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing is playing here')
  await expect(new Composer(composing).prompt).toBeVisible()
  await expect(new Composer(composing).prompt, 'a draft is its writer’s').toHaveValue('')

  await test.step('a page that heard of nobody finds out when it asks how things stand', async () => {
    await arrive(page, '/credits')
    await become(page, first)
    await page.evaluate(() => ['pagehide', 'pageshow'].forEach((name) => dispatchEvent(new PageTransitionEvent(name))))
    await expect(cover(page)).toHaveAccessibleName('Somebody else is signed in')
  })
})

test('a form that waits at the sign-in page is there for its own person only', async ({ page, context, newPage, watch }) => {
  watch.allow(/status of 401/)
  const other = await join(await newPage())
  const person = await join(page)
  for (const who of [other, person]) {
    await page.goto('/account/presets')
    const form = page.locator('form', { has: page.getByRole('button', { name: 'Save preset' }) })
    await form.getByLabel('Name').fill('only hers')
    await form.getByLabel('Words for the prompt').fill('fog over black water')
    await context.clearCookies()
    await form.getByRole('button', { name: 'Save preset' }).click()
    await expect(page.getByRole('main')).toContainText('what you sent is there to be sent again')
    await page.getByLabel('E-mail').fill(who.email)
    await page.getByLabel('Password').fill(who.password)
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    if (who === other) {
      await expect(page).toHaveURL(/\/create$/)
      await expect(page.locator('body')).not.toContainText('only hers')
      await become(page, person)
    }
  }
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed in again')
  await expect(page.locator('.facts')).not.toContainText('person')
  await page.getByRole('button', { name: 'Send it now' }).click()
  await expect(page).toHaveURL(/\/account\/presets/)
  await expect(page.getByRole('main')).toContainText('only hers')
})
