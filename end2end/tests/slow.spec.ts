// On a slow machine behind a slow line, while eight videos report progress: presses are still answered at once. Measured
// and printed; only what is far beyond any excuse fails, because the machine that tests may be busy itself.

import { begin, Composer, join, snapshot } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

/** Reach: under 100 ms. */
const REACH = 100
const BEYOND_EXCUSE = 1_000
const SLOWER = 4
const JOBS = 8

// The eight stand in line, and what they report is played, at the highest rate that a worker writes (`PROGRESS_PAUSE`): so
// rendering takes nothing from the machine that is measured. Nor does a recording of the page.
test.use({ flags: ['--no-worker'], trace: 'off', screenshot: 'off' })
const REPORTS_EVERY = 250

test('interaction to next paint while eight videos are made', async ({ page, server }) => {
  test.setTimeout(180_000)
  const person = await join(page)
  await server.run('user', 'grant', '--email', person.email, '--credits', '9000', '--reason', 'For eight at once')
  const composer = new Composer(page)
  for (let job = 0; job < JOBS; job += 4) await begin(page, { prompt: `job ${job} and its takes`, size: '1920x1080', seconds: 20, takes: 4 })

  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await cdp.send('Network.enable')
  // Lighthouse's "slow 4G".
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 })
  await page.addInitScript(() => {
    const slow = new Map<number, [number, string]>()
    Object.assign(window, { slow })
    new PerformanceObserver((list) => {
      for (const { interactionId, duration, name, target } of list.getEntries() as (PerformanceEventTiming & { interactionId: number })[]) {
        if (interactionId && duration > (slow.get(interactionId)?.[0] ?? 0)) slow.set(interactionId, [duration, `${name} on ${(target as Element | null)?.localName}`])
      }
    }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit)
  })
  const made = (await snapshot(page)).cards.filter((card) => card.prompt.startsWith('job'))
  await page.addInitScript(
    ({ ids, pause }) => {
      class Played extends EventTarget {
        readyState = 1
        onopen: (() => void) | null = null
        onerror: (() => void) | null = null
        constructor(url: string) {
          super()
          let seq = Number(new URL(url, location.href).searchParams.get('after'))
          let told = 0
          setTimeout(() => this.onopen?.(), 50)
          setInterval(() => {
            for (const id of ids) {
              const data = JSON.stringify({ seq: ++seq, id, state: 'running', progress: Math.min(90, told), at: Date.now() })
              this.dispatchEvent(new MessageEvent('generation', { data, lastEventId: String(seq) }))
            }
            told++
          }, pause)
        }
        close() {}
      }
      Object.assign(window, { EventSource: Object.assign(Played, { CONNECTING: 0, OPEN: 1, CLOSED: 2 }) })
    },
    { ids: made.map((card) => card.id), pause: REPORTS_EVERY },
  )
  await page.goto('/create')
  await expect(page.locator('.strip-far')).toHaveText(/^[1-9]\d* %$/, { timeout: 60_000 })
  expect(made).toHaveLength(JOBS)

  await composer.prompt.click()
  await page.keyboard.type('typed while all of it moves', { delay: 60 })
  await composer.shape('720x1280').check()
  await composer.takes(2).check()
  await page.locator('.strip summary').click()
  await page.waitForTimeout(1_500)
  await page.locator('.strip summary').click()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search videos' }).waitFor()
  await page.keyboard.type('library', { delay: 60 })
  await page.keyboard.press('Escape')
  await page.waitForTimeout(500)

  // Presses that were answered faster than the browser notes are not among them: they count as the least it knows.
  const all = await page.evaluate(() => [...(window as unknown as { slow: Map<number, [number, string]> }).slow.values()])
  const slow = all.sort(([a], [b]) => b - a)
  const worst = slow[0]?.[0] ?? 16
  const middle = slow[Math.floor(slow.length / 2)]?.[0] ?? 16
  const slowest = slow.slice(0, 4).map(([duration, what]) => `${duration} ms ${what}`)
  const words = `interaction to next paint at ${SLOWER}x slowdown with ${JOBS} jobs: worst ${worst} ms, median ${middle} ms of ${slow.length} that took 16 ms or more (reach: under ${REACH} ms); slowest: ${slowest.join(', ')}`
  console.log(words)
  test.info().annotations.push({ type: 'measured', description: words })
  expect(worst).toBeLessThan(BEYOND_EXCUSE)
})
