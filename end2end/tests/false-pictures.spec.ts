// Pictures that are not what they are called: the bytes decide, the message says what to do, and nothing typed is lost.

import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import type { Page } from '@playwright/test'
import { MovingStudio } from '../support/maker.ts'
import { Composer, expectNoSidewaysScroll, join } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

/** Wide as the video, so that no piece has to be chosen. */
const jpeg = fs.readFileSync(path.resolve(import.meta.dirname, '../../public/showcase/2.jpg'))

/** A PNG that says in its head how large it is, and holds next to nothing. */
function claim(width: number, height: number): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(zlib.crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(Buffer.alloc(100))), chunk('IEND', Buffer.alloc(0))])
}

interface Given {
  name: string
  mimeType: string
  buffer: Buffer
}

const REFUSED: (Given & { told: RegExp })[] = [
  { name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<!doctype html><script>window.ran = true</script>'), told: /no picture that can be read.*Use a JPEG, PNG or WebP/ },
  { name: 'drawing.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>window.ran = true</script></svg>'), told: /no picture that can be read.*Use a JPEG, PNG or WebP/ },
  { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="window.ran = true"/>'), told: /Use a JPEG, PNG or WebP/ },
  { name: 'torn.jpg', mimeType: 'image/jpeg', buffer: jpeg.subarray(0, 300), told: /damaged.*Use a JPEG, PNG or WebP/ },
  { name: 'wall.png', mimeType: 'image/png', buffer: claim(12_000, 9_000), told: /12000 × 9000 pixels, more than 50 million/ },
  { name: 'sky.png', mimeType: 'image/png', buffer: claim(2_000_000_000, 2_000_000_000), told: /too large to be read|damaged/ },
  { name: `${'😀'.repeat(40)}مرحبا.png`, mimeType: '', buffer: Buffer.alloc(0), told: /empty/ },
  { name: 'words.txt', mimeType: 'text/plain', buffer: Buffer.from('only words'), told: /no picture.*Use a JPEG, PNG or WebP/ },
]

const TAKEN: Given[] = [
  { name: 'a.txt', mimeType: 'text/plain', buffer: jpeg },
  { name: 'a', mimeType: '', buffer: jpeg },
  { name: 'a.png', mimeType: 'image/png', buffer: jpeg },
]

let studio: MovingStudio
test.beforeAll(async () => {
  studio = await MovingStudio.launch()
})
test.afterAll(() => studio?.dispose())

type Way = (composer: Composer, given: Given) => Promise<void>
const chosen: Way = ({ form }, given) => form.getByLabel('Picture', { exact: true }).setInputFiles(given)
const dropped: Way = ({ prompt }, { name, mimeType, buffer }) =>
  prompt.evaluate(
    (node, { name, type, bytes }) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))], name, { type }))
      node.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }))
    },
    { name, type: mimeType, bytes: buffer.toString('base64') },
  )

async function opened(page: Page): Promise<Composer> {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.form.getByLabel('Model').selectOption('Mover')
  await composer.prompt.fill('the fog comes in')
  return composer
}

for (const [how, give] of [['chosen', chosen], ['dropped', dropped]] as const) {
  test(`what is no picture and is ${how} is refused in words, and prompt and page stay as they were`, async ({ newPage, watch }) => {
    watch.allow(/another origin/, /status of 422/)
    const page = await newPage({ baseURL: studio.url, viewport: { width: 390, height: 844 } })
    const composer = await opened(page)
    const shown = composer.form.getByAltText('The picture it starts from')
    for (const { told, ...given } of REFUSED) {
      await test.step(given.name, async () => {
        await give(composer, given)
        await expect(composer.form.locator('.picture-said')).toHaveText(told)
        await expect(composer.form.locator('.picture-said')).toBeVisible()
        await expect(shown).toBeHidden()
        await expect(composer.prompt).toHaveValue('the fog comes in')
        await expectNoSidewaysScroll(page)
        // The next message is another one, and not this one still.
        await composer.form.locator('.picture-said').evaluate((said) => (said.textContent = ''))
      })
    }
    expect(await page.evaluate(() => 'ran' in window), 'nothing of it ran').toBe(false)
    await expect(page, 'nothing was opened').toHaveURL(/\/create$/)

    await test.step('one that is there stays', async () => {
      await give(composer, TAKEN[2]!)
      await expect(shown).toBeVisible()
      const before = await shown.getAttribute('src')
      await give(composer, REFUSED[0]!)
      await expect(composer.form.locator('.picture-said')).toHaveText(/no picture/)
      await expect(shown).toHaveAttribute('src', before!)
    })
  })

  test(`a real picture that is ${how} is taken whatever it is called`, async ({ newPage, watch }) => {
    watch.allow(/another origin/)
    const page = await newPage({ baseURL: studio.url })
    const composer = await opened(page)
    const shown = composer.form.getByAltText('The picture it starts from')
    for (const given of TAKEN) {
      await test.step(`${given.name} as “${given.mimeType}”`, async () => {
        await give(composer, given)
        await expect(shown).toBeVisible()
        await expect(composer.prompt).toHaveValue('the fog comes in')
        await composer.form.getByRole('button', { name: 'Take the picture out' }).click()
        await expect(shown).toBeHidden()
      })
    }
  })
}
