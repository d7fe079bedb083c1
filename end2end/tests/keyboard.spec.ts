// Without a mouse: everything can be reached, the focus is always seen, and the flow works.

import fs from 'node:fs'
import { expectFocusSeen, tabTo } from '../support/focus.ts'
import { arrive, arrived, Composer, expectPlaying, join, make, newPerson, player } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

// Less motion: nothing plays by itself then, so that it is the keyboard that starts it; and nothing fades.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

test('from the door to a playing video and its download', async ({ page, newPage }) => {
  const person = await join(await newPage(), newPerson())
  await page.goto('/sign-in')
  await tabTo(page, page.getByLabel('E-mail'))
  await page.keyboard.type(person.email)
  await tabTo(page, page.getByLabel('Password'))
  await page.keyboard.type(person.password)
  const listening = page.waitForResponse(/\/events/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/create$/)
  await listening

  const composer = new Composer(page)
  await tabTo(page, composer.prompt)
  await page.keyboard.type('a paper boat by hand')
  await tabTo(page, composer.form.getByRole('radio', { checked: true }).first())
  await page.keyboard.press('ArrowRight')
  await expect(composer.shape('720x1280')).toBeChecked()
  await tabTo(page, composer.seconds)
  // By its first letters it would be found too, but only by who types them within a second.
  await page.keyboard.press('Home')
  await expect(composer.seconds).toHaveValue('1')
  await tabTo(page, composer.go)
  await expect(composer.go).toHaveAccessibleName('Create for 10 credits')
  await page.keyboard.press('Enter')

  const video = player(page)
  await expect(video).toBeVisible()
  expect(await video.evaluate((video: HTMLVideoElement) => video.paused), 'nothing plays by itself where less motion is wanted').toBe(true)
  // Backwards one would come to the player's own last button first.
  await tabTo(page, page.getByRole('link', { name: 'Skip to the content' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await tabTo(page, video)
  await page.keyboard.press('Space')
  await expectPlaying(video, [720, 1280])

  const link = page.getByLabel('Watched now').getByRole('link', { name: 'Download' })
  await tabTo(page, link)
  const coming = page.waitForEvent('download')
  await page.keyboard.press('Enter')
  const download = await coming
  expect(download.suggestedFilename()).toBe('a-paper-boat-by-hand-720x1280-1s.mp4')
  expect(fs.statSync(await download.path()).size).toBeGreaterThan(1_000)

  // The same once more by letters: from another page the palette finds it, its page downloads it, and one goes home.
  await page.keyboard.type('ga')
  await arrived(page, /\/account$/)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('boat by hand')
  await expect(page.getByRole('dialog').getByRole('option', { selected: true })).toHaveText('a paper boat by hand')
  await page.keyboard.press('Enter')
  await arrived(page, /\/v\//)
  await expect(video).toBeVisible()
  const again = page.waitForEvent('download')
  await page.keyboard.press('d')
  expect((await again).suggestedFilename()).toBe('a-paper-boat-by-hand-720x1280-1s.mp4')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('sign out')
  await expect(page.getByRole('dialog').getByRole('option', { selected: true })).toHaveText('Sign out')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/$/)
})

test('running work is cancelled from the keyboard, and the focus is not lost', async ({ page, server }) => {
  const person = await join(page)
  await server.run('user', 'grant', '--email', person.email, '--credits', '400', '--reason', 'For long work')
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.focus()
  await page.keyboard.type('stop this')
  await composer.shape('1920x1080').check()
  await composer.seconds.selectOption('20')
  await composer.prompt.focus()
  await page.keyboard.press('Control+Enter')
  const stop = page.getByRole('button', { name: 'Cancel' })
  await expect(stop).toBeVisible()
  await tabTo(page, stop, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.locator('.not-made')).toBeVisible()
  await tabTo(page, page.getByRole('link', { name: 'Try again' }))
})

test('the first stop of every page skips to its content', async ({ page }) => {
  await join(page)
  for (const path of ['/create', '/library', '/credits', '/account', '/']) {
    await page.goto(path)
    const skip = page.getByRole('link', { name: 'Skip to the content' })
    await expect(skip).not.toBeInViewport()
    await page.keyboard.press('Tab')
    await expect(skip).toBeFocused()
    await expect(skip).toBeInViewport()
    await expectFocusSeen(page)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('main')).toBeFocused()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.querySelector('main')!.contains(document.activeElement)), path).toBe(true)
  }
})

test('the focus is seen at every stop of every page', async ({ page }) => {
  await join(page)
  const [card] = await make(page, { prompt: 'a tour' })
  for (const path of ['/', '/create', '/library', `/v/${card!.id}`, '/credits', '/account']) {
    await page.goto(path)
    for (let stop = 0; stop < 40; stop++) {
      await page.keyboard.press('Tab')
      if ((await expectFocusSeen(page)) === 'body') break
    }
  }
})

test('a change of the page moves the focus to its content, and a deleted tile hands it on and takes it back', async ({ page }) => {
  await join(page)
  const [card] = await make(page, { prompt: 'the neighbour' }, { prompt: 'not deleted' })
  await arrive(page, `/v/${card!.id}`)
  await page.getByRole('navigation', { name: 'Rooms' }).first().getByRole('link', { name: 'Create' }).focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/create$/)
  await expect(page.getByRole('main')).toBeFocused()
  await arrive(page, '/library')
  const tiles = page.locator('.tile')
  await tabTo(page, tiles.first().getByRole('button', { name: 'Move to trash' }))
  await page.keyboard.press('Enter')
  await expect(tiles).toHaveCount(1)
  await expect(tiles.first().getByRole('link', { name: /the neighbour/ })).toBeFocused()
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(tiles).toHaveCount(2)
  await expect(tiles.first().getByRole('link', { name: /not deleted/ })).toBeFocused()
})
