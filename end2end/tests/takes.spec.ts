// In a hand: from take to take by a swipe, in the studio and on the page of a video.

import type { Page } from '@playwright/test'
import { arrive, expectNoSidewaysScroll, join, make, player } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

type Point = readonly [x: number, y: number]

const STEPS = 8

/** A finger that goes down, along a line, and up again, in a quarter of a second by the clock of the touches themselves. */
async function swipe(page: Page, from: Point, to: Point): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  const start = Date.now() / 1_000 - 0.3
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', step: number, at?: Point) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [{ x: at[0], y: at[1] }] : [], timestamp: start + step * 0.03 })
  await touch('touchStart', 0, from)
  for (let step = 1; step <= STEPS; step++) await touch('touchMove', step, [from[0] + ((to[0] - from[0]) * step) / STEPS, from[1] + ((to[1] - from[1]) * step) / STEPS])
  await touch('touchEnd', STEPS)
  await cdp.detach()
}

test('takes stand side by side in the studio, and a finger draws the next one into sight and back', async ({ page }) => {
  await join(page)
  await make(page, { prompt: 'side by side', takes: 3 })
  await arrive(page, '/create')
  const takes = page.locator('.stage .screen')
  await expect(takes).toHaveCount(3)
  const inSight = async (place: number) => {
    for (const other of [0, 1, 2].filter((other) => other !== place)) await expect(takes.nth(other)).not.toBeInViewport({ ratio: 0.2 })
    await expect(takes.nth(place)).toBeInViewport({ ratio: 0.9 })
  }
  const seen = async (place: number) => {
    await inSight(place)
    await expect(page.getByRole('button', { name: `Show: Take ${place + 1}` })).toHaveAttribute('aria-current', 'true')
  }
  await inSight(0)
  const box = (await takes.first().boundingBox())!
  const y = box.y + box.height / 3
  await swipe(page, [320, y], [70, y])
  await seen(1)
  await swipe(page, [320, y], [70, y])
  await seen(2)
  await swipe(page, [70, y], [320, y])
  await seen(1)
  await expect(page, 'it is still the studio').toHaveURL(/\/create$/)
  await page.getByRole('button', { name: 'Show: Take 1' }).tap()
  await seen(0)
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Compare' }).tap()
  await expect(page).toHaveURL(/\/v\/[^/]+\/compare\/[^/]+$/)
  await expect(page.locator('video.player')).toHaveCount(2)
})

test('a swipe on the page of a video leads to the next take and back, and one that means something else does not', async ({ page }) => {
  await join(page)
  const [one, two] = await make(page, { prompt: 'swiped', takes: 2 })
  await arrive(page, `/v/${one!.id}`)
  const here = async () => {
    const words = (await page.getByRole('heading', { level: 1 }).boundingBox())!
    return words.y + words.height / 2
  }
  const y = await here()
  const others: [what: string, from: Point, to: Point][] = [
    ['scrolls', [300, y], [290, y - 120]],
    ['is a press that slipped', [300, y], [270, y]],
    ['belongs to the system', [387, y], [200, y]],
    ['leads to the take before the first', [120, y], [300, y]],
  ]
  await page.evaluate(() => {
    const pressed: string[] = []
    Object.assign(window, { pressed })
    document.addEventListener('click', ({ target }) => pressed.push((target as Element).className), true)
  })
  // A link is pressed while the finger goes up, and leads on later.
  const pressed = () => page.evaluate(() => (window as unknown as { pressed: string[] }).pressed.filter((name) => name.startsWith('take-')))
  for (const [what, from, to] of others) {
    await page.evaluate(() => scrollTo(0, 0))
    await swipe(page, from, to)
    expect(await pressed(), `a swipe that ${what}`).toEqual([])
  }
  // The bar of a player shows and hides as it likes, and takes a touch only while it shows: so this one comes to the video itself.
  await player(page).evaluate((video) => {
    const y = video.getBoundingClientRect().bottom - 20
    const touch = (type: string, x: number) => {
      const one = new Touch({ identifier: 1, target: video, clientX: x, clientY: y })
      video.dispatchEvent(new TouchEvent(type, { bubbles: true, touches: type === 'touchend' ? [] : [one], changedTouches: [one] }))
    }
    touch('touchstart', 300)
    touch('touchend', 100)
  })
  expect(await pressed(), "a swipe that moves the player's bar").toEqual([])
  await page.evaluate(() => scrollTo(0, 0))
  await swipe(page, [300, y], [120, y + 10])
  await expect(page).toHaveURL(`/v/${two!.id}`)
  await expect(page.getByRole('navigation', { name: 'Takes' })).toContainText('Take 2 of 2')
  const there = await here()
  await swipe(page, [120, there], [300, there])
  await expect(page).toHaveURL(`/v/${one!.id}`)
  await expect(page.getByRole('navigation', { name: 'Takes' })).toContainText('Take 1 of 2')
})
