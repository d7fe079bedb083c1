// In a hand: from take to take by a swipe, in the studio and on the page of a video.

import type { Page } from '@playwright/test'
import { arrive, expectNoSidewaysScroll, join, make } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

type Point = readonly [x: number, y: number]

/** A finger that goes down, along a line, and up again. */
async function swipe(page: Page, from: Point, to: Point): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: Point) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [{ x: at[0], y: at[1] }] : [] })
  await touch('touchStart', from)
  for (let step = 1; step <= 8; step++) await touch('touchMove', [from[0] + ((to[0] - from[0]) * step) / 8, from[1] + ((to[1] - from[1]) * step) / 8])
  await touch('touchEnd')
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
    await expect(page.getByRole('button', { name: `Show take ${place + 1}` })).toHaveAttribute('aria-current', 'true')
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
  await page.getByRole('button', { name: 'Show take 1' }).tap()
  await seen(0)
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
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
  const video = (await page.locator('video.player').boundingBox())!
  const bar = video.y + video.height - 20
  const others: [what: string, from: Point, to: Point][] = [
    ['scrolls', [300, y], [290, y - 120]],
    ['is a press that slipped', [300, y], [270, y]],
    ['belongs to the system', [387, y], [200, y]],
    ["moves the player's bar", [300, bar], [100, bar]],
    ['leads to the take before the first', [120, y], [300, y]],
  ]
  await page.evaluate(() => {
    const pressed: string[] = []
    Object.assign(window, { pressed })
    document.addEventListener('click', ({ target }) => pressed.push((target as Element).className), true)
  })
  for (const [what, from, to] of others) {
    await page.evaluate(() => scrollTo(0, 0))
    await swipe(page, from, to)
    // A link is pressed while the finger goes up, and leads on later.
    const pressed = await page.evaluate(() => (window as unknown as { pressed: string[] }).pressed.filter((name) => name.startsWith('take-')))
    expect(pressed, `a swipe that ${what}`).toEqual([])
  }
  await page.evaluate(() => scrollTo(0, 0))
  await swipe(page, [300, y], [120, y + 10])
  await expect(page).toHaveURL(`/v/${two!.id}`)
  await expect(page.getByRole('navigation', { name: 'Takes' })).toContainText('Take 2 of 2')
  const there = await here()
  await swipe(page, [120, there], [300, there])
  await expect(page).toHaveURL(`/v/${one!.id}`)
  await expect(page.getByRole('navigation', { name: 'Takes' })).toContainText('Take 1 of 2')
})
