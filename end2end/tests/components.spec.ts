// What the pages are built of, photographed in all states: a change of looks is seen before it is merged. Where a change is
// meant: `npx playwright test components --update-snapshots=all`, and look at the new pictures.

import type { CDPSession, Page } from '@playwright/test'
import { drawnBy, HEIGHTS, useOurLetters } from '../support/looks.ts'
import { Server } from '../support/server.ts'
import { expect, expectAccessible, test } from '../support/test.ts'

/** Holds every specimen in the state that its label names, as developer tools do. */
async function force(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('DOM.enable')
  await session.send('CSS.enable')
  const { root } = await session.send('DOM.getDocument')
  const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: '[data-force]' })
  expect(nodeIds.length).toBeGreaterThan(20)
  for (const nodeId of nodeIds) {
    const { attributes } = await session.send('DOM.getAttributes', { nodeId })
    const state = attributes[attributes.indexOf('data-force') + 1]!
    const inside = 'button, a[href], select, input, summary'
    const control = await session.send('DOM.querySelector', { nodeId, selector: inside })
    expect(control.nodeId, `something to ${state}`).toBeGreaterThan(0)
    const forcedPseudoClasses = state === 'focus-visible' ? ['focus', 'focus-visible'] : state === 'active' ? ['hover', 'active'] : [state]
    await session.send('CSS.forcePseudoState', { nodeId: control.nodeId, forcedPseudoClasses })
  }
  return session
}

for (const colorScheme of ['dark', 'light'] as const) {
  for (const [width, height] of Object.entries(HEIGHTS)) {
    test.describe(`${width} px, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport: { width: Number(width), height }, bypassCSP: true, contextOptions: { reducedMotion: 'reduce' } })

      test('the components look as they did', async ({ page, browser }, testInfo) => {
        await page.goto('/dev/components')
        // A part stands there once for each of its states.
        if (colorScheme === 'dark') await expectAccessible(page, ['landmark-unique'])
        const drawn = drawnBy(browser, testInfo)
        await useOurLetters(page)
        const session = await force(page)
        // A picture of each part, so that a small change in a small one is seen.
        for (const part of await page.locator('.component').all()) {
          const name = (await part.getAttribute('id'))!.replaceAll(' ', '-')
          await expect.soft(part).toHaveScreenshot([drawn, `${width}-${colorScheme}`, `${name}.png`], { maxDiffPixels: 60 })
        }
        await session.detach()
      })
    })
  }
}

test('in production the page of components is not there', async ({ request }) => {
  const server = await Server.launch({ AISORA_MODE: 'production', AISORA_PUBLIC_URL: 'https://videos.example.org' })
  try {
    expect((await request.get(`${server.url}/dev/components`)).status()).toBe(404)
  } finally {
    await server.dispose()
  }
})
