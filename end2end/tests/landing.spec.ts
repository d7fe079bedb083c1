// The start, as somebody sees it who has never been here: films that play while they are in view, and the icons of the tab.

import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { join, make, paused, scrollUntil } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

const films = 'video[data-in-view]'

test('a film plays while it is in view and rests out of it, and what was paused stays so', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 500 })
  const fetched: string[] = []
  page.on('request', (request) => /\.mp4$/.test(request.url()) && fetched.push(new URL(request.url()).pathname))
  await page.goto('/')
  const [hero, below] = [page.locator(films).first(), page.locator(films).last()]
  const time = () => hero.evaluate((film: HTMLVideoElement) => film.currentTime)
  await expect.poll(time, 'it plays').toBeGreaterThan(0)
  expect(await hero.evaluate((film: HTMLVideoElement) => film.muted), 'nobody asked for sound').toBe(true)
  expect(await paused(below)).toBe(true)
  expect(new Set(fetched), 'nothing is fetched of what nobody has seen').toEqual(new Set(['/showcase/1.mp4']))
  await scrollUntil(hero, 'bottom', false)
  expect(await paused(hero)).toBe(true)
  await below.scrollIntoViewIfNeeded()
  await expect.poll(() => paused(below)).toBe(false)
  await scrollUntil(hero, 'top', true)
  await expect.poll(() => paused(hero), 'it goes on').toBe(false)
  expect(await paused(below)).toBe(true)
  await hero.evaluate((film: HTMLVideoElement) => film.pause())
  await scrollUntil(hero, 'bottom', false)
  await scrollUntil(hero, 'top', true)
  expect(await paused(hero), 'the person paused it').toBe(true)
})

test('the films are what the built-in renderer makes of their words, and the pictures are their first', async ({ page }, testInfo) => {
  await page.goto('/')
  const words = await page.locator(films).evaluateAll((films) => films.map((film) => film.getAttribute('aria-label')!))
  expect(words).toHaveLength(4)
  await join(page)
  for (const [place, prompt] of words.entries()) {
    const [card] = await make(page, { prompt, seconds: 5, seed: 3, caption: true })
    const shown = path.resolve(import.meta.dirname, `../../public/showcase/${place + 1}.mp4`)
    const made = testInfo.outputPath(`${place + 1}.mp4`)
    fs.writeFileSync(made, await (await page.request.get(`/media/${card!.id}/video.mp4`)).body())
    expect(length(made), made).toBe(length(shown))
    // Encoders may differ by machine in a bit; another film differs everywhere.
    expect(likeness(made, shown), `${made} beside ${shown}`).toBeGreaterThan(40)
    expect(likeness(shown.replace('.mp4', '.jpg'), shown), 'its picture').toBeGreaterThan(30)
  }
})

/** How many frames a film has. */
const length = (film: string) =>
  execFileSync('ffprobe', ['-v', 'error', '-count_frames', '-select_streams', 'v', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', film], { encoding: 'utf8' }).trim()

/** How alike two films are, as far as the shorter one goes: the ratio of signal to noise, in decibels. */
function likeness(one: string, other: string): number {
  const { stderr } = spawnSync('ffmpeg', ['-i', one, '-i', other, '-lavfi', '[0][1]psnr=shortest=1', '-f', 'null', '-'], { encoding: 'utf8' })
  const [, average] = /average:(inf|[\d.]+)/.exec(stderr) ?? []
  if (!average) throw new Error(stderr)
  return average === 'inf' ? Infinity : Number(average)
}

test('where less motion is wanted no film plays or is fetched, and their pictures are there', async ({ newPage }) => {
  const page = await newPage({ reducedMotion: 'reduce' })
  const fetched: string[] = []
  page.on('request', (request) => /\.mp4$/.test(request.url()) && fetched.push(request.url()))
  await page.goto('/')
  for (const film of await page.locator(films).all()) {
    await film.scrollIntoViewIfNeeded()
    await scrollUntil(film, 'here', true)
    expect(await paused(film)).toBe(true)
    const width = await film.evaluate(async ({ poster }: HTMLVideoElement) => {
      const picture = Object.assign(new Image(), { src: poster })
      await picture.decode()
      return picture.naturalWidth
    })
    expect(width).toBe(1280)
  }
  expect(fetched).toEqual([])
})

test('the icons of the tab, of a home screen and of the installed app are pictures of the sizes that they claim', async ({ page, request }) => {
  await page.goto('/')
  const links = await page.locator('link[rel="icon"], link[rel="apple-touch-icon"]').evaluateAll((links: HTMLLinkElement[]) =>
    links.map((link) => ({ src: link.getAttribute('href')!, sizes: link.rel === 'icon' ? link.getAttribute('sizes') ?? 'any' : '180x180' })),
  )
  const manifest = await request.get((await page.locator('link[rel=manifest]').getAttribute('href'))!)
  const { icons } = (await manifest.json()) as { icons: { src: string; sizes: string }[] }
  const all = [...links, ...icons]
  expect(all.map(({ src, sizes }) => `${src} ${sizes}`).sort()).toEqual(
    ['/apple-touch-icon.png 180x180', '/favicon.ico 32x32', '/icon-192.png 192x192', '/icon-512.png 512x512', '/icon-maskable.png 512x512', '/mark.svg any', '/mark.svg any'],
  )
  for (const { src, sizes } of all) {
    const found = await page.evaluate(async (src) => {
      const picture = Object.assign(new Image(), { src })
      await picture.decode()
      const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 32 })
      const paper = canvas.getContext('2d')!
      paper.drawImage(picture, 0, 0, 32, 32)
      // Of one colour it would be no picture; what is transparent counts as one.
      const colours = new Set(new Uint32Array(paper.getImageData(0, 0, 32, 32).data.buffer))
      const shown = [...paper.getImageData(0, 0, 32, 32).data].filter((value, at) => at % 4 === 3 && value > 0).length
      return { size: `${picture.naturalWidth}x${picture.naturalHeight}`, colours: colours.size, shown }
    }, src)
    if (sizes !== 'any') expect(found.size, src).toBe(sizes)
    expect(found.colours, `${src} is a picture`).toBeGreaterThan(8)
    expect(found.shown, `${src} is seen`).toBeGreaterThan(200)
  }
})
