import fs from 'node:fs'
import { defineConfig } from '@playwright/test'

/** The first of these programs that is there; whoever sets AISORA_CHROMIUM has chosen. */
const found = (...programs: string[]) =>
  [process.env.AISORA_CHROMIUM, ...programs].find((program) => program && fs.existsSync(program))

/** Playwright's own browser is never downloaded: the tests drive the machine's Chromium. */
const whole = found('/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome')
if (!whole) throw new Error('no Chromium: install one, or set AISORA_CHROMIUM to its path')

/** The same without what is around a page: a third less work. It shows no notifications, and may draw a little differently. */
const shell = found('/usr/bin/chromium-headless-shell') ?? whole

const NEEDS_WHOLE = /(bells|components|looks|offline)\.spec\.ts/

/** Looks over many pages. They come last: where the time does not suffice, what people do goes before. */
const OVER_ALL_PAGES = /(accessibility|accessibility-panels|aria|forced-colours|long-words|zoom)\.spec\.ts/

const launched = (executablePath: string) => ({
  launchOptions: {
    executablePath,
    // Quiet: nothing but the pages under test opens a connection.
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-gpu',
      '--disable-quic',
      '--disable-sync',
      '--no-first-run',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  },
})

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  snapshotPathTemplate: 'looks/{arg}{ext}',
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // What fails because the machine stood still for a while is told apart, as flaky, from what fails.
  retries: process.env.CI ? 1 : 0,
  workers: 2,
  // For a machine that is ten times slower than most: what passes never waits so long.
  timeout: 600_000,
  // Pictures of one Chromium differ in nothing by machine: half of what is forgiven otherwise.
  expect: { timeout: 40_000, toHaveScreenshot: { threshold: 0.1 } },
  reporter: [['list'], process.env.CI ? ['./support/left-out.ts'] : ['html', { open: 'never' }]],
  use: {
    actionTimeout: 40_000,
    navigationTimeout: 80_000,
    locale: 'en-GB',
    // Tests that stand between a page and the server see every request; offline.spec.ts has the worker.
    serviceWorkers: 'block',
    timezoneId: 'UTC',
    // A quarter of all the work, and of use only to who can open it.
    trace: process.env.CI ? 'off' : 'retain-on-failure',
    screenshot: 'only-on-failure',
    viewport: { width: 1280, height: 800 },
  },
  projects: [
    { name: 'shell', testIgnore: [NEEDS_WHOLE, OVER_ALL_PAGES], use: launched(shell) },
    { name: 'whole', testMatch: NEEDS_WHOLE, use: launched(whole) },
    { name: 'pages', testMatch: OVER_ALL_PAGES, use: launched(shell) },
  ],
})
