// The bells: a sound and a notification when a video has ended, each off until it is chosen, and of all tabs one rings.

import type { BrowserContext, Page } from '@playwright/test'
import { MOVED, test } from '../support/maker.ts'
import { arrive, begin, hideable, join, look, MADE_WITHIN, make, strip } from '../support/studio.ts'
import { expect } from '../support/test.ts'

test('bells are off until they are chosen, and of two tabs one rings', async ({ page, context }) => {
  await context.addInitScript(() => {
    const sounds: number[] = []
    Object.assign(window, { sounds })
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when) {
      sounds.push(when ?? 0)
      return start.call(this, when)
    }
  })
  const sounds = (page: Page) => page.evaluate(() => (window as unknown as { sounds: number[] }).sounds.length)
  await join(page)
  await page.goto('/account')
  const main = page.getByRole('main')
  const sound = main.getByRole('switch', { name: 'Play a sound' })
  await expect(sound).not.toBeChecked()
  await sound.check()
  await expect.poll(() => sounds(page), { message: 'what was chosen is heard' }).toBe(2)
  await page.reload()
  await expect(sound).toBeChecked()
  await sound.uncheck()
  await sound.check()
  await expect.poll(() => sounds(page)).toBe(2)
  const other = await context.newPage()
  await other.goto('/account')
  await other.getByRole('main').getByRole('switch', { name: 'Play a sound' }).focus()
  await begin(page, { prompt: 'rings once' })
  await expect(strip(page)).toContainText('1 video is ready', { timeout: MADE_WITHIN })
  await expect(strip(other)).toContainText('1 video is ready')
  await expect.poll(async () => (await sounds(page)) + (await sounds(other)) - 2).toBe(2)
})

test('a notification is asked for on the press, and a browser that says no is explained', async ({ page }) => {
  await page.addInitScript(() => {
    const asked: string[] = []
    Object.assign(window, { asked })
    Object.defineProperty(Notification, 'permission', { get: () => (asked.length ? 'denied' : 'default') })
    Notification.requestPermission = async () => {
      asked.push('asked')
      return 'denied'
    }
  })
  await join(page)
  await page.goto('/account')
  expect(await page.evaluate(() => (window as unknown as { asked: string[] }).asked)).toEqual([])
  const note = page.getByRole('main').getByRole('switch', { name: 'Show a notification' })
  await note.click()
  await expect(page.getByRole('main').getByText('does not allow notifications from here')).toBeVisible()
  await expect(note).not.toBeChecked()
})

interface Note {
  title: string
  body: string
  icon: string
}

/** A browser that allows notifications. All that its pages show is noted, and a test can press the last one. */
async function allowed(context: BrowserContext): Promise<Note[]> {
  const notes: Note[] = []
  await context.grantPermissions(['notifications'])
  await context.exposeFunction('noted', (note: Note) => notes.push(note))
  await context.addInitScript(() => {
    window.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options)
        const { noted } = window as unknown as { noted: (note: Note) => void }
        noted({ title, body: this.body, icon: new URL(this.icon).pathname })
        Object.assign(window, { note: this })
      }
    }
  })
  return notes
}

test('a notification comes once for all tabs when nobody looks, not before it was chosen, and a press on it opens the video', async ({ page, context, maker }) => {
  await hideable(context)
  const notes = await allowed(context)
  await join(page)
  const [before] = await make(page, { prompt: 'made before', ...MOVED })
  // One page that lives in the browser, and one that does not.
  const other = await context.newPage()
  const tabs = [page, other]
  await Promise.all([page.goto('/account'), arrive(other, `/v/${before!.id}`)])
  const line = (tab: Page) => strip(tab).locator('.strip-line')
  /** A video that ends while its tabs are looked at, or are not. */
  const end = async (prompt: string, at: 'away' | 'back', how: 'ready' | 'nothing' = 'ready') => {
    maker.makes = 20
    const [card] = await begin(page, { prompt, ...MOVED })
    for (const tab of tabs) await expect(line(tab)).toHaveText('1 video is being made')
    for (const tab of tabs) await look(at, tab)
    maker.makes = how
    for (const tab of tabs) await expect(line(tab)).toHaveText(how === 'ready' ? /ready$/ : /1 was not made$/)
    return card!
  }

  const note = page.getByRole('main').getByRole('switch', { name: 'Show a notification' })
  await expect(note).not.toBeChecked()
  await end('before it was chosen', 'away')
  for (const tab of tabs) await look('back', tab)
  await note.check()
  await expect(note).toBeChecked()
  await end('while somebody looks', 'back')
  const card = await end('a paper boat', 'away')
  const ready = { title: 'Your video is ready', body: 'a paper boat', icon: `/media/${card.id}/tile.jpg` }
  await expect.poll(() => notes, 'of the three, and of the two tabs').toEqual([ready])

  const pressed = await page.evaluate(() => 'note' in window) ? page : other
  await pressed.evaluate(() => (window as unknown as { note: Notification }).note.dispatchEvent(new Event('click')))
  await expect(pressed).toHaveURL(`/v/${card.id}`)
  await expect(pressed.getByRole('heading', { level: 1 })).toHaveText('a paper boat')

  // It is remembered, and bad news comes as well.
  await Promise.all([page.goto('/credits'), arrive(other, `/v/${before!.id}`)])
  await end('of no avail', 'away', 'nothing')
  await expect.poll(() => notes).toEqual([ready, { title: 'A video was not made. Nothing was charged.', body: 'of no avail', icon: '/icon-192.png' }])
})
