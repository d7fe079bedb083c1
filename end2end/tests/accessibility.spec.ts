// axe finds nothing, on every page, in every state, in both themes.

import { arrive, begin, cancel, Composer, expectMade, join, make, settled } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

test('the pages for everybody', async ({ page, watch }) => {
  watch.allow(/status of 4(04|22)/)
  for (const path of ['/', '/sign-in', '/sign-up', '/nothing-here']) {
    await test.step(path, async () => {
      await page.goto(path)
      await expectAccessible(page)
    })
  }
  await test.step('/sign-up with errors', async () => {
    await page.goto('/sign-up')
    await page.getByRole('main').getByRole('button', { name: 'Create account' }).click()
    await expect(page.getByRole('alert')).toContainText('fields need another look')
    await expectAccessible(page)
  })
  await test.step('/sign-in with an error', async () => {
    watch.allow(/status of 401/)
    await page.goto('/sign-in')
    await page.getByLabel('E-mail').fill('nobody@example.com')
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByText('do not belong together')).toBeVisible()
    await expectAccessible(page)
  })
})

test('the rooms, empty', async ({ page, watch }) => {
  watch.allow(/status of 404/)
  await join(page)
  for (const path of ['/create', '/library', '/library?search=nothing', '/credits', '/account', '/account/keys', '/account/spending', '/account/webhooks', '/docs/api', '/v/nothing']) {
    await test.step(path, async () => {
      await page.goto(path)
      await expectAccessible(page)
    })
  }
})

test('the studio while it works, and afterwards', async ({ page, server }) => {
  const person = await join(page)
  await server.run('user', 'grant', '--email', person.email, '--credits', '900', '--reason', 'For all states')
  const composer = new Composer(page)
  await test.step('running, with another in the line', async () => {
    const cards = [
      ...(await begin(page, { prompt: 'a long shot over the sea', size: '1920x1080', seconds: 20 })),
      ...(await begin(page, { prompt: 'another one', size: '1920x1080', seconds: 20 })),
    ]
    await composer.open()
    await composer.more()
    await expect(page.getByRole('progressbar').first()).toBeVisible()
    await expectAccessible(page)
    for (const card of cards) await cancel(page, card.id)
    await settled(page)
  })
  await test.step('cancelled', async () => {
    const [card] = await begin(page, { prompt: 'not this one', seconds: 5 })
    await cancel(page, card!.id)
    await composer.open()
    await expect(page.locator('.not-made')).toBeVisible()
    await expectAccessible(page)
  })
  await test.step('finished, with takes', async () => {
    await make(page, { prompt: 'two short ones', takes: 2 })
    await composer.open()
    await expectMade(page, 2)
    await composer.prompt.fill('x'.repeat(32_001))
    await expect(composer.reason).toContainText('32,001')
    await expectAccessible(page)
  })
})

test('the library, a video and the credits, filled', async ({ page }) => {
  await join(page)
  const [card] = await make(page, { prompt: 'first light over a glass sea' }, { prompt: 'a tall one', size: '720x1280' })
  const [gone] = await begin(page, { prompt: 'not made', seconds: 5 })
  await cancel(page, gone!.id)
  const long = await make(page, { prompt: 'word '.repeat(200) })
  for (const path of ['/library', `/v/${card!.id}`, `/v/${gone!.id}`, `/v/${long[0]!.id}`, '/credits']) {
    await test.step(path, async () => {
      await arrive(page, path)
      await expectAccessible(page)
    })
  }
  await test.step('after deleting, and the trash', async () => {
    await arrive(page, '/library')
    await page.getByRole('button', { name: 'Move to trash' }).first().click()
    await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
    await expectAccessible(page)
    await page.goto('/library/trash')
    await page.locator('summary', { hasText: 'Empty the trash' }).click()
    await expectAccessible(page)
  })
})
