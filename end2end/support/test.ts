// `test` and `expect` for AiSora's specs, and what axe says.

import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type BrowserContextOptions, type Page } from '@playwright/test'
import { OUT_OF_TIME } from './left-out.ts'
import { Server } from './server.ts'
import { stopWork } from './studio.ts'
import { Watch } from './watch.ts'

export { expect }

interface TestFixtures {
  /** Leaves a test out that would begin after `AISORA_BROWSER_UNTIL`, in unix seconds, where that is set. */
  inTime: undefined
  /** The problems of all pages of this test. One that was not allowed fails the test. */
  watch: Watch
  /** Opens a page in a new browser context: another person, another device, no JavaScript. Watched like `page`. */
  newPage: (options?: BrowserContextOptions) => Promise<Page>
}

interface WorkerFixtures {
  /** Settings for the server of this worker: `test.use({ environment: { AISORA_…: '…' } })` at the top of a file. */
  environment: Record<string, string>
  /** Options of `aisora serve`: with `--no-worker` all work stays in line. */
  flags: string[]
  /** Its file of settings. */
  config: string
  /** The server of this worker, on data of its own. Other tests of the worker use it before and after. */
  server: Server
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  environment: [{}, { option: true, scope: 'worker' }],
  flags: [[], { option: true, scope: 'worker' }],
  config: ['', { option: true, scope: 'worker' }],

  server: [
    async ({ environment, flags, config }, use) => {
      const server = await Server.launch(environment, flags, config)
      await use(server)
      await server.dispose()
    },
    { scope: 'worker' },
  ],

  inTime: [
    async ({}, use, testInfo) => {
      const until = Number(process.env.AISORA_BROWSER_UNTIL ?? Infinity)
      testInfo.skip(testInfo.retry === 0 && Date.now() / 1000 > until, OUT_OF_TIME)
      await use(undefined)
    },
    { auto: true },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  watch: async ({ server }, use, testInfo) => {
    const watch = new Watch(server.url)
    const logBefore = server.log.length
    await use(watch)
    if (testInfo.errors.length > 0 || watch.problems.length > 0) {
      await testInfo.attach('server.log', { body: server.log.slice(logBefore), contentType: 'text/plain' })
    }
    expect(watch.problems, 'problems in the pages of this test').toEqual([])
  },

  context: async ({ context, watch }, use) => {
    watch.follow(context)
    await use(context)
    watch.stop()
    // What a test leaves behind would slow the tests after it.
    await stopWork(context.request)
  },

  newPage: async ({ browser, server, watch }, use) => {
    const contexts: Awaited<ReturnType<typeof browser.newContext>>[] = []
    await use(async (options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, ...options })
      contexts.push(context)
      watch.follow(context)
      return context.newPage()
    })
    watch.stop()
    await Promise.all(contexts.map((context) => context.close()))
  },
})

const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const CONTRAST = ['color-contrast', 'color-contrast-enhanced']

/**
 * Has axe check the page as it is now: WCAG 2.2 A and AA, contrast as for AAA, and axe's own good practices but those named.
 * Then the contrast once more in the other theme, where nobody has chosen one.
 */
export async function expectAccessible(page: Page, without: string[] = []): Promise<void> {
  const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  const [theme, other] = isDark ? (['dark', 'light'] as const) : (['light', 'dark'] as const)
  const enabled = { 'color-contrast-enhanced': { enabled: true }, ...Object.fromEntries(without.map((rule) => [rule, { enabled: false }])) }
  const found: Record<string, object[]> = { [theme]: await violations(page, { runOnly: { type: 'tag', values: AXE_TAGS }, rules: enabled }) }
  await wear(page, other)
  found[other] = await violations(page, { runOnly: { type: 'rule', values: CONTRAST.filter((rule) => !without.includes(rule)) } })
  await wear(page, theme)
  expect(found, 'accessibility').toEqual({ [theme]: [], [other]: [] })
}

async function violations(page: Page, options: Parameters<AxeBuilder['options']>[0]): Promise<object[]> {
  // Legacy is its name for a page without frames: it is checked where it is, and nothing is carried over to a blank page.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'], ...options }).setLegacyMode()
  const told = await axe.analyze()
  return told.violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.target.join(' ')) }))
}

/** Changes the theme of the system, and waits until all colours have changed. */
async function wear(page: Page, colorScheme: 'dark' | 'light'): Promise<void> {
  await page.emulateMedia({ colorScheme })
  // A change takes 200 ms at most; what nobody can see never ends.
  await page.evaluate(async () => {
    const changes = () => document.getAnimations().filter((one) => one instanceof CSSTransition)
    for (let waited = 0; waited < 500 && changes().length > 0; waited += 50) await new Promise((resolve) => setTimeout(resolve, 50))
  })
}
