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

/** The main part of the library with one video, whole: nothing more and nothing in another order. */
const LIBRARY = `
- main:
  - /children: equal
  - heading "Library" [level=1]
  - search:
    - searchbox "Search your library"
    - button "Search"
  - navigation "Show":
    - link "All"
    - link "Being made"
    - link "Ready"
    - link "Not made"
  - link "Trash"
  - alert
  - navigation "Collections":
    - list:
      - listitem:
        - link "All videos"
      - listitem:
        - link "Favourites"
  - group: New collection
  - group: Filter
  - button "Select"
  - combobox "Order":
    - option "Newest first" [selected]
    - option "Oldest first"
    - option "Longest first"
    - option "Recently finished"
    - option "Title, A to Z"
  - navigation "Appearance":
    - link "Tiles"
    - link "List"
  - list:
    - listitem:
      - /children: equal
      - link /seen by all/
      - 'checkbox "Select: seen by all"'
      - button "Favourite"
      - link "Download"
      - button "Move to trash"
  - status`

const CREDITS = `
- main:
  - heading "Credits" [level=1]
  - term: To spend
  - definition
  - term: On hold
  - definition
  - heading "Statement" [level=2]
  - region "Statement":
    - table:
      - rowgroup:
        - row:
          - columnheader "What"
          - columnheader "When"
          - columnheader "Credits"
          - columnheader "To spend after"
      - rowgroup:
        - row /^Spent, from the hold seen by all/:
          - cell /^Spent/:
            - link "seen by all"
          - cell:
            - time
          - cell
          - cell
        - row /^Set aside seen by all/
        - row /^Credits given Welcome/`

/** What a video of one second has cost and taken is told in numbers, which are left out. */
const VIDEO = `
- main:
  - group "Player":
    - button "Back one frame"
    - button "On one frame"
    - combobox "Speed"
    - button "Loop" [pressed]
    - status
    - button "Save this frame as PNG"
    - button "Full screen"
  - heading "seen by all" [level=1]
  - link "Download"
  - link "Make another"
  - button /^Variation for/
  - term: Picture
  - definition
  - term: Length
  - definition
  - term: Caption
  - definition
  - term: File
  - definition
  - group: Extend
  - group: Title, tags and note
  - region "Receipt":
    - heading "Receipt" [level=2]
    - list:
      - listitem:
        - text: /^Asked for/
        - time
      - listitem:
        - text: /^Rendering/
        - time
      - listitem:
        - text: /^Ready/
        - time
    - term: Model
    - definition: Preview renderer
    - term: Provider
    - definition: builtin
    - term: Seed
    - definition
    - term: Quoted
    - definition
    - term: Result
    - definition
    - paragraph:
      - button "Copy the id"
    - paragraph:
      - link "Your statement"
  - button "Move to trash"`

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
    ['/library', 'Library', LIBRARY],
    ['/credits', 'Credits', CREDITS],
    ['/account', 'Account', '- heading "Account" [level=1]'],
    [`/v/${card!.id}`, '', VIDEO],
  ]
  for (const [path, room, main] of rooms) {
    await test.step(path, async () => {
      await arrive(page, path)
      await expect(page.locator('body')).toMatchAriaSnapshot(plain(frame(room)))
      await expect(page.getByRole('main')).toMatchAriaSnapshot(main)
      if (room) await expect(page.locator('.rail [aria-current="page"]')).toHaveText(room)
      // One of each, and nothing outside of them.
      for (const landmark of ['banner', 'main'] as const) await expect(page.getByRole(landmark)).toHaveCount(1)
    })
  }
})

/** The studio of somebody who has made nothing yet, whole. */
const STUDIO = `
- main:
  - /children: equal
  - heading "Create" [level=1]
  - heading "What should be seen?" [level=2]
  - paragraph: Describe a shot below. You see the price before anything starts, and you pay only for a video that plays.
  - list "Ideas to start from":
    - listitem:
      - button /^A paper boat/
    - listitem:
      - button /^Neon rain/
    - listitem:
      - button /^First light/
    - listitem:
      - button /^Embers over/
  - form "Composer":
    - /children: equal
    - alert
    - text: What should be seen
    - textbox "What should be seen"
    - paragraph: 0 / 32,000 characters
    - button "Presets"
    - button "Helper"
    - group "How it is made":
      - combobox "Model":
        - option "Preview renderer" [selected]
      - paragraph: /not an AI model/
      - group "Shape":
        - radio "16:9 1280 × 720" [checked]
        - radio "9:16 720 × 1280"
        - radio "1:1 1024 × 1024"
        - radio "16:9 1920 × 1080"
      - combobox "Length":
        - option "1 second"
        - option "4 seconds" [selected]
        - option "20 seconds"
      - group "Takes":
        - radio "1 take" [checked]
        - radio "2 takes"
        - radio "3 takes"
        - radio "4 takes"
      - group: More
    - paragraph: Describe what should be seen.
    - button "Create for 40 credits" [disabled]`

test('the studio before the first video', async ({ page }) => {
  await join(page)
  await arrive(page, '/create')
  await expect(page.getByRole('main')).toMatchAriaSnapshot(STUDIO)
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
      - heading "Appearance" [level=2]
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
