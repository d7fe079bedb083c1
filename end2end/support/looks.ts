// What makes pictures of pages comparable: the same letters on every machine, and a folder of pictures for each Chromium.

import fs from 'node:fs'
import path from 'node:path'
import type { Browser, Page, TestInfo } from '@playwright/test'
import { test } from './test.ts'

/** The widths that pictures are taken at, each with a height; in pixels. */
export const HEIGHTS = { 390: 844, 820: 1180, 1440: 900 } as const

// The letters of the machine would tell machines apart, not looks: the pictures use the renderer's own.
const LETTERS = path.resolve(import.meta.dirname, '../../src/server/providers/builtin/render/font/inter-medium-subset.otf')

export async function useOurLetters(page: Page): Promise<void> {
  const font = fs.readFileSync(LETTERS).toString('base64')
  await page.addStyleTag({
    content: `@font-face { font-family: Pictured; src: url(data:font/otf;base64,${font}) }
      :root { --font: Pictured !important; --mono: Pictured !important } * { caret-color: transparent !important; content-visibility: visible !important }
      .skip { visibility: hidden }`,
  })
  await page.evaluate(async () => {
    await document.fonts.load('16px Pictured')
    // The first wrong field asks for the focus, as in any form.
    ;(document.activeElement as HTMLElement | null)?.blur()
  })
}

/** The folder of this browser's pictures: each Chromium draws letters and edges a little differently. Skips where there are none. */
export function drawnBy(browser: Browser, testInfo: TestInfo): string {
  const drawn = `chromium-${browser.version().split('.')[0]}`
  const isThere = fs.existsSync(path.join(import.meta.dirname, '../looks', drawn))
  test.skip(!isThere && testInfo.config.updateSnapshots !== 'all', `NOT COMPARED: no pictures of ${drawn} yet`)
  return drawn
}
