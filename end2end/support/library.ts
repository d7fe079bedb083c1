// The library as tests see it: its tiles, and the bar of what is selected.

import type { Locator, Page } from '@playwright/test'
import type { Server } from './server.ts'
import { begin, cancel, join, settled } from './studio.ts'
import { expect } from './test.ts'

/** A person with so many tiles: stopped work, which needs no pictures. */
export async function library(page: Page, server: Server, many: number): Promise<void> {
  const person = await join(page)
  await server.run('user', 'grant', '--email', person.email, '--credits', '100000', '--reason', 'For a long library')
  for (let n = 0; n < many; n += 4) {
    const takes = Math.min(4, many - n)
    for (const card of await begin(page, { prompt: `lamp ${String(n / 4).padStart(3, '0')}`, seconds: 20, takes })) await cancel(page, card.id)
  }
  await settled(page)
}

export const tiles = (page: Page): Locator => page.locator('.tile')
export const bar = (page: Page): Locator => page.getByRole('region', { name: 'Selected videos' })
export const box = (page: Page, n: number): Locator => tiles(page).nth(n).getByRole('checkbox')

/** Opens the library, and waits until its module listens: a key that is pressed before means nothing. */
export async function openLibrary(page: Page, path = '/library'): Promise<void> {
  await page.goto(path)
  await expect(page.locator('.library')).toHaveAttribute('data-awake', '')
}
