// The page of one video: its player, what comes from it, its family, and two of them in step.

import fs from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { MovingStudio } from '../support/maker.ts'
import { arrive, expectNoSidewaysScroll, join, paused, player, scrollUntil, settled, type Card } from '../support/studio.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

let studio: MovingStudio

test.beforeAll(async () => {
  studio = await MovingStudio.launch({ '1280x720': 2 })
})
test.afterAll(() => studio?.dispose())
// The server of this file is not the one that the tests' watch knows.
test.beforeEach(({ watch }) => watch.allow(/another origin/))

/** Takes of a prompt, made at once: 1280 × 720, 5 s, 24 frames a second. */
async function takes(page: Page, prompt: string, count = 1): Promise<Card[]> {
  const form = { prompt, model: 'Mover', size: '1280x720', seconds: '5', takes: String(count), seed: '7' }
  const quote = await page.request.post('/api/generation/quote', { data: { form } })
  const { token } = (await quote.json()) as { token: string }
  const created = await page.request.post('/api/generation/create', { data: { form: { ...form, quote: token } } })
  expect(created.status(), await created.text()).toBe(200)
  await settled(page)
  return (await created.json()) as Card[]
}

const time = (video: Locator) => video.evaluate((video: HTMLVideoElement) => video.currentTime)
const frame = async (video: Locator) => Math.floor((await time(video)) * 24 + 0.01)
const rate = (video: Locator) => video.evaluate((video: HTMLVideoElement) => video.playbackRate)

/** Opens the page of a video whose player stands still at the beginning. */
async function open(page: Page, card: Card): Promise<Locator> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await arrive(page, `/v/${card.id}`)
  const video = player(page)
  await video.evaluate(async (video: HTMLVideoElement) => {
    video.preload = 'auto'
    if (video.readyState < 2) await new Promise((there) => video.addEventListener('loadeddata', there, { once: true }))
  })
  return video
}

test('what was chosen at the player stays when it comes into view again', async ({ newPage }) => {
  const page = await newPage({ baseURL: studio.url, viewport: { width: 700, height: 400 } })
  await join(page)
  const [card] = await takes(page, 'a paper boat')
  await arrive(page, `/v/${card!.id}`)
  const video = player(page)
  const muted = () => video.evaluate((video: HTMLVideoElement) => video.muted)
  await expect.poll(() => paused(video)).toBe(false)
  expect(await muted(), 'it begins without sound').toBe(true)
  // A browser lets a page sound once it was touched.
  await page.locator('.video-words').click()
  await video.evaluate((video: HTMLVideoElement) => (video.muted = false))
  await scrollUntil(video, 'bottom', false)
  expect(await paused(video)).toBe(true)
  await scrollUntil(video, 'top', true)
  await expect.poll(() => paused(video)).toBe(false)
  expect(await muted()).toBe(false)
  await video.evaluate((video: HTMLVideoElement) => video.pause())
  await scrollUntil(video, 'bottom', false)
  await scrollUntil(video, 'top', true)
  expect(await paused(video)).toBe(true)
})

test('the player is driven by keys, and says what it did', async ({ newPage }) => {
  const page = await newPage({ baseURL: studio.url })
  await join(page)
  const [card] = await takes(page, 'a paper boat')
  const video = await open(page, card!)
  const said = page.locator('.player-said')
  await page.keyboard.press('k')
  await expect.poll(() => paused(video)).toBe(false)
  await page.keyboard.press('Space')
  await expect.poll(() => paused(video)).toBe(true)
  await page.keyboard.press('Home')
  await expect.poll(() => time(video)).toBe(0)
  for (const number of [1, 2, 3]) {
    await page.keyboard.press('.')
    await expect.poll(() => frame(video)).toBe(number)
  }
  await expect(said).toHaveText('Frame 4')
  await page.keyboard.press(',')
  await expect.poll(() => frame(video)).toBe(2)
  await page.keyboard.press('5')
  await expect.poll(() => time(video)).toBeCloseTo(2.5, 1)
  await page.keyboard.press('l')
  await expect.poll(() => time(video), 'a quarter of five seconds').toBeCloseTo(3.75, 1)
  await page.keyboard.press('j')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => time(video)).toBeCloseTo(1.875, 1)
  await page.keyboard.press('End')
  await page.keyboard.press('.')
  await expect.poll(() => frame(video), 'the last frame stays').toBe(119)
  await page.keyboard.press('[')
  await page.keyboard.press('<')
  expect(await rate(video)).toBe(0.5)
  await expect(said).toHaveText('Speed 0.5×')
  const speed = page.getByLabel('Speed')
  await expect(speed).toHaveValue('0.5')
  await speed.selectOption('1.5')
  expect(await rate(video)).toBe(1.5)
  const loop = page.getByRole('button', { name: 'Loop' })
  await expect(loop).toHaveAttribute('aria-pressed', 'true')
  await page.locator('body').press('r')
  await expect(loop).toHaveAttribute('aria-pressed', 'false')
  expect(await video.evaluate((video: HTMLVideoElement) => video.loop)).toBe(false)
  await page.keyboard.press('m')
  await expect(said).toHaveText('This video has no sound')
  // Not with a modifier, and not from under a hand that chooses.
  const before = await time(video)
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Alt+j')
  await speed.focus()
  await page.keyboard.press('k')
  expect([await time(video), await paused(video)]).toEqual([before, true])
  await page.getByRole('button', { name: 'On one frame' }).focus()
  await page.keyboard.press('Space')
  expect(await paused(video), 'space presses the button that has the focus').toBe(true)
})

test('it fills the screen by key and by button, and leaves it again', async ({ newPage }) => {
  const page = await newPage({ baseURL: studio.url })
  await join(page)
  const [card] = await takes(page, 'a paper boat')
  const video = await open(page, card!)
  const fills = () => video.evaluate((video) => document.fullscreenElement === video && [innerWidth, innerHeight].join() === [video.clientWidth, video.clientHeight].join())
  await page.locator('body').press('f')
  await expect.poll(fills).toBe(true)
  // The other keys go on as before.
  await page.keyboard.press('k')
  await expect.poll(() => paused(video)).toBe(false)
  await page.keyboard.press('f')
  await expect.poll(() => page.evaluate(() => document.fullscreenElement)).toBeNull()
  await expect(page.getByRole('heading', { level: 1 })).toBeInViewport()
  const button = page.getByRole('button', { name: 'Full screen' })
  await expect(button).toHaveAttribute('title', /\(f\)$/)
  await button.click()
  await expect.poll(fills).toBe(true)
})

test('a video with sound is heard when one wants, and shows its words as captions', async ({ newPage }) => {
  const page = await newPage({ baseURL: studio.url })
  await join(page)
  studio.maker.sounds = true
  const [card] = await takes(page, 'Bells <i>over</i> a harbour & gulls')
  studio.maker.sounds = false
  const video = await open(page, card!)
  const bar = page.locator('.player-bar')
  const said = bar.getByRole('status')
  const muted = () => video.evaluate((video: HTMLVideoElement) => video.muted)
  const words = () =>
    video.evaluate((video: HTMLVideoElement) => {
      const track = video.textTracks[0]!
      return [track.kind, track.mode, ...[...(track.cues ?? [])].map((cue) => (cue as VTTCue).getCueAsHTML().textContent)]
    })
  await page.locator('body').press('m')
  await expect.poll(muted).toBe(false)
  await expect(said).not.toHaveText('This video has no sound')
  await page.locator('body').press('c')
  await expect.poll(words).toEqual(['captions', 'showing', '[Bells <i>over</i> a harbour & gulls]'])
  await expect(bar.getByRole('button', { name: 'The prompt as captions' })).toHaveAttribute('aria-pressed', 'true')
  await page.locator('body').press('k')
  await expect
    .poll(() => video.evaluate((video: HTMLVideoElement & { webkitAudioDecodedByteCount?: number }) => video.webkitAudioDecodedByteCount ?? 0), { message: 'it is heard' })
    .toBeGreaterThan(0)
  await page.locator('body').press('c')
  expect((await words())[1]).toBe('hidden')
  // Nothing of it is there without sound.
  const [quiet] = await takes(page, 'Still water')
  await open(page, quiet!)
  await expect(bar.getByRole('button', { name: 'The prompt as captions' })).toHaveCount(0)
  await expectAccessible(page)
})

test('a frame is saved in full size, and starts a video', async ({ newPage }) => {
  const page = await newPage({ baseURL: studio.url })
  await join(page)
  const [card] = await takes(page, 'Größe & فيل, a paper boat')
  const video = await open(page, card!)
  for (let count = 0; count < 3; count++) await page.keyboard.press('.')
  await expect.poll(() => frame(video)).toBe(3)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save this frame as PNG' }).click()])
  expect(download.suggestedFilename()).toBe('größe-فيل-a-paper-boat-frame-4.png')
  const png = fs.readFileSync(await download.path())
  expect(png.toString('latin1', 1, 4)).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1280, 720])
  expect(png.length, 'it is a picture, not black').toBeGreaterThan(50_000)

  await test.step('during a jump it is the picture that one jumps to', async () => {
    const save = page.getByRole('button', { name: 'Save this frame as PNG' })
    const coming = page.waitForEvent('download')
    await page.evaluate(() => {
      document.querySelector<HTMLVideoElement>('video.player')!.currentTime = 0.8
      document.querySelector<HTMLButtonElement>('[data-play="grab"]')!.click()
    })
    const jumped = await coming
    await expect.poll(() => video.evaluate((film: HTMLVideoElement) => film.seeking)).toBe(false)
    const [settled] = await Promise.all([page.waitForEvent('download'), save.click()])
    expect(jumped.suggestedFilename()).toBe(settled.suggestedFilename())
    expect(fs.readFileSync(await jumped.path()).equals(fs.readFileSync(await settled.path()))).toBe(true)
    await page.keyboard.press('Home')
  })
  await page.getByRole('button', { name: 'Use this frame' }).click()
  await expect(page).toHaveURL(/\/create\?from=.*&input_reference=.*&by=frame$/)
  await expect(page.getByAltText('The picture it starts from')).toBeVisible()
  await expect(page.getByLabel('What should be seen')).toHaveValue('Größe & فيل, a paper boat')
  const orders = studio.maker.pictures.length
  await page.getByRole('button', { name: /^Create for 10 credits/ }).click()
  await expect.poll(() => studio.maker.pictures.length).toBe(orders + 1)
  expect(studio.maker.pictures.at(-1)).toEqual([1280, 720])
  await settled(page)
  await arrive(page, `/v/${card!.id}`)
  await expect(page.locator('.family')).toContainText('From a frame')
  await page.getByRole('button', { name: 'Go on from the last frame' }).click()
  await expect(page).toHaveURL(/&by=last_frame$/)
  await expect(page.getByAltText('The picture it starts from')).toBeVisible()
})

test('a variation stands in the family, and two videos play in step', async ({ newPage }) => {
  const page = await newPage({ baseURL: studio.url })
  await join(page)
  const [one, two] = await takes(page, 'a paper boat', 2)
  await open(page, one!)
  await expect(page.getByRole('navigation', { name: 'Takes' })).toContainText('Take 1 of 2')
  await page.locator('a.take-next').click()
  await expect(page).toHaveURL(`/v/${two!.id}`)
  await expect(page.locator('a.take-prev')).toHaveText('Take 1')
  await expect(page.locator('a.take-next')).toHaveCount(0)
  await page.getByRole('button', { name: 'Variation for 10 credits' }).click()
  await expect(page).not.toHaveURL(`/v/${two!.id}`)
  await settled(page)
  await arrive(page, new URL(page.url()).pathname)
  const family = page.getByRole('region', { name: 'Where it comes from' })
  await expect(family.getByRole('listitem')).toHaveCount(2)
  await expect(family.locator('[aria-current]')).toContainText('Variation · This one')
  await expectAccessible(page)
  await family.getByRole('link', { name: 'Compare' }).click()

  const [left, right] = [page.locator('video').first(), page.locator('video').last()]
  const bar = page.getByRole('group', { name: 'Both players' })
  await expect(page.locator('.compare.in-step')).toBeVisible()
  await expect(page.getByRole('row', { name: /^Seed/ })).toContainText('differs')
  await expect(page.getByRole('row', { name: /^Length/ })).not.toContainText('differs')
  await expect(page.getByText('Both have the same words.')).toBeVisible()
  await bar.getByRole('button', { name: 'Play both' }).click()
  await expect.poll(() => time(left)).toBeGreaterThan(1)
  const apart = await page.evaluate(() => {
    const [left, right] = document.querySelectorAll('video')
    return Math.abs(left!.currentTime - right!.currentTime)
  })
  expect(apart, 'seconds apart while they play').toBeLessThan(0.2)
  // One that is pushed out of step comes back.
  await right.evaluate((video: HTMLVideoElement) => (video.currentTime = 0))
  const drift = async () => Math.abs((await time(left)) - (await time(right)))
  await expect.poll(drift).toBeLessThan(0.15)
  await page.keyboard.press('k')
  await expect.poll(() => paused(left)).toBe(true)
  await page.keyboard.press('Home')
  await page.keyboard.press('.')
  await page.keyboard.press('.')
  await expect.poll(async () => [await frame(left), await frame(right)]).toEqual([2, 2])
  await bar.getByLabel('Where both are').fill('2.5')
  await expect.poll(async () => [await time(left), await time(right)]).toEqual([2.5, 2.5])
  await expectAccessible(page)
})

test('words that differ are marked, and the pages fit a phone', async ({ newPage }) => {
  const page = await newPage({ baseURL: studio.url, viewport: { width: 390, height: 844 } })
  await join(page)
  const [one] = await takes(page, `a red boat ${'in the long rain of the north '.repeat(20)}`)
  const [two] = await takes(page, `قارب ورقي a blue boat ${'in the long rain of the north '.repeat(20)}`)
  await arrive(page, `/v/${one!.id}`)
  await expectNoSidewaysScroll(page)
  await page.goto(`/v/${one!.id}/compare/${two!.id}`)
  await expect(page.locator('mark').first()).toContainText('red')
  await expect(page.locator('mark').last()).toContainText('blue')
  await expectNoSidewaysScroll(page)
})

test('without JavaScript it is read, varied, continued and compared', async ({ newPage }) => {
  const page = await newPage({ baseURL: studio.url, javaScriptEnabled: false })
  await join(page)
  const [card] = await takes(page, 'a paper boat')
  await page.goto(`/v/${card!.id}`)
  await expect(page.locator('.player-bar')).toBeHidden()
  await expect(page.getByRole('region', { name: 'Receipt' })).toContainText('stored, playable and charged')
  await page.getByRole('button', { name: 'Go on from the last frame' }).click()
  await expect(page.getByAltText('The picture it starts from')).toBeVisible()
  await page.goto(`/v/${card!.id}`)
  await page.getByRole('button', { name: 'Variation for 10 credits' }).click()
  await settled(page)
  await page.reload()
  await page.getByRole('link', { name: 'Compare' }).click()
  await expect(page.getByRole('heading', { name: 'Side by side' })).toBeVisible()
  await expect(page.locator('video[controls]')).toHaveCount(2)
  await expect(page.locator('.compare-bar')).toBeHidden()
})
