// What assistive technology sees of the main pages: landmarks, headings and the ways that are always there.

import { arrive, join, make } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

/** The frame of the studio; `here` is the room one is in. */
const frame = (here: string) => `
- link "Skip to the content"
- banner:
  - link "AiSora, start"
  - button "Find anything"
  - navigation "Rooms":
    - list:
${['Create', 'Library', 'Credits', 'Account'].map((room) => `      - listitem:\n        - link "${room}"${room === here ? ' [current=page]' : ''}`).join('\n')}
  - link /credits/
  - group "Theme":
    - button "As the system" [pressed]
    - button "Light"
    - button "Dark"`

/** \`current\` is not part of what Playwright writes down of a link; it is looked at beside it. */
const plain = (snapshot: string) => snapshot.replace(' [current=page]', '')

test('the start, for everybody', async ({ page }) => {
  await page.goto('/')
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - link "Skip to the content"
    - banner:
      - link "AiSora, start"
      - link "Sign in"
      - link "Create account"
    - main:
      - heading [level=1]
  `)
})

test('the rooms of the studio', async ({ page }) => {
  await join(page)
  const [card] = await make(page, { prompt: 'seen by all' })
  const rooms: [string, string, string][] = [
    ['/create', 'Create', '- heading "Create" [level=1]'],
    ['/library', 'Library', '- heading "Library" [level=1]'],
    ['/credits', 'Credits', '- heading "Credits" [level=1]'],
    ['/account', 'Account', '- heading "Account" [level=1]'],
    [`/v/${card!.id}`, '', '- heading "seen by all" [level=1]'],
  ]
  for (const [path, room, heading] of rooms) {
    await test.step(path, async () => {
      await arrive(page, path)
      await expect(page.locator('body')).toMatchAriaSnapshot(plain(frame(room)))
      await expect(page.getByRole('main')).toMatchAriaSnapshot(heading)
      if (room) await expect(page.locator('.rail [aria-current="page"]')).toHaveText(room)
      // One of each, and nothing outside of them.
      for (const landmark of ['banner', 'main'] as const) await expect(page.getByRole(landmark)).toHaveCount(1)
    })
  }
})

test('the composer', async ({ page }) => {
  await join(page)
  await arrive(page, '/create')
  const composer = page.getByRole('form', { name: 'Composer' })
  await expect(composer).toMatchAriaSnapshot(`
    - form "Composer":
      - textbox "What should be seen"
      - button /Create/
  `)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to the composer' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('What should be seen')).toBeFocused()
})

test('the account: its groups and what each holds', async ({ page }) => {
  await join(page)
  await page.goto('/account')
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - main:
      - heading "Account" [level=1]
      - heading "Look" [level=2]
      - group "When a video is ready":
        - switch "Play a sound"
        - switch "Show a notification"
      - paragraph:
        - button "Keyboard shortcuts"
      - heading "Yours" [level=2]
      - heading "Programs" [level=2]
      - button "Sign out"
  `)
})
