// What Lighthouse says of the four rooms, on demand (`make lighthouse`): the median of three runs, for the README's table.
// It measures, so nothing else should run on the machine. AISORA_LIGHTHOUSE is `1`, or the path of a lighthouse program.

import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { promisify } from 'node:util'
import { join, make, snapshot } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

const RUNS = 3
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo']
const LEAST = { desktop: 98, phone: 95 }
const wanted = process.env.AISORA_LIGHTHOUSE

interface Report {
  categories: Record<string, { score: number }>
  audits: Record<string, { score: number | null; numericValue?: number; title: string; displayValue?: string; scoreDisplayMode: string }>
  runtimeError?: { message: string }
}

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

async function look(url: string, cookie: string, device: keyof typeof LEAST, out: string): Promise<Report> {
  const [program, first] = wanted === '1' ? ['npx', ['--yes', 'lighthouse@12']] : [wanted ?? '', []]
  const args = [
    ...first,
    url,
    '--quiet',
    '--output=json',
    `--output-path=${out}`,
    `--only-categories=${CATEGORIES.join()}`,
    `--chrome-flags=--headless=new ${process.getuid?.() === 0 ? '--no-sandbox' : ''}`,
    ...(device === 'desktop' ? ['--preset=desktop'] : []),
    ...(cookie ? [`--extra-headers=${JSON.stringify({ Cookie: cookie })}`] : []),
  ]
  // Now and then it loses its own recording of the page; that says nothing of the page.
  for (let left = 3; ; left--) {
    const failed = await promisify(execFile)(program, args, { maxBuffer: 1e8 }).then(
      () => undefined,
      (error: Error) => error,
    )
    if (!failed) break
    if (!left || !/NO_NAVSTART|PROTOCOL_TIMEOUT/.test(failed.message)) throw failed
  }
  const report = JSON.parse(fs.readFileSync(out, 'utf8')) as Report
  expect(report.runtimeError, url).toBeUndefined()
  return report
}

// It records by itself, and nothing else may stand beside it.
test.use({ trace: 'off', screenshot: 'off' })

test('Lighthouse', async ({ page, server }) => {
  test.skip(!wanted, 'on demand: make lighthouse')
  test.setTimeout(3_600_000)
  const person = await join(page)
  await server.run('user', 'grant', '--email', person.email, '--credits', '9000', '--reason', 'For a library')
  await make(page, ...Array.from({ length: 8 }, (_, round) => ({ prompt: `Fog over a harbour at dawn, view ${round}`, takes: 4, seconds: 4 })))
  const [video] = (await snapshot(page)).cards.filter((card) => card.state === 'succeeded')
  expect(video, 'a video').toBeDefined()
  const cookies = await page.context().cookies()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')

  const rows: string[] = []
  const low: string[] = []
  for (const [room, address, signedIn] of [
    ['landing', '/', false],
    ['create', '/create', true],
    ['library', '/library', true],
    ['video', `/v/${video?.id}`, true],
  ] as const) {
    for (const device of ['desktop', 'phone'] as const) {
      const reports: Report[] = []
      for (let run = 0; run < RUNS; run++) {
        reports.push(await look(server.url + address, signedIn ? cookie : '', device, test.info().outputPath(`${room}-${device}-${run}.json`)))
      }
      const scores = CATEGORIES.map((category) => Math.round(100 * median(reports.map(({ categories }) => categories[category]?.score ?? 0))))
      const value = (audit: string) => Math.round(median(reports.map(({ audits }) => audits[audit]?.numericValue ?? 0)))
      rows.push(`| ${room} | ${device} | ${scores.join(' | ')} | ${value('largest-contentful-paint')} | ${value('total-blocking-time')} |`)
      console.log(rows.at(-1))
      scores.forEach((score, place) => score < LEAST[device] && low.push(`${room} on ${device}: ${CATEGORIES[place]} ${score}`))
      const troubles = Object.entries(reports[0]?.audits ?? {}).filter(([, { score, scoreDisplayMode }]) => score !== null && score < 0.9 && scoreDisplayMode !== 'informative')
      for (const [id, { score, title, displayValue }] of troubles) console.log(`    ${id}: ${score} ${title} ${displayValue ?? ''}`)
    }
  }
  console.log(['| room | device | performance | accessibility | best practices | SEO | LCP ms | TBT ms |', '|---|---|---|---|---|---|---|---|', ...rows].join('\n'))
  expect(low, 'below the reach').toEqual([])
})
