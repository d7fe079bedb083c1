// The server dies in the middle of a job, and nothing is lost.

import { begin, Composer, expectMade, expectPlaying, expectPurse, join, player } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

// A dead worker's job is taken over quickly here.
test.use({ environment: { AISORA_WORKER_LEASE_SECONDS: '2' } })

const LINE_DOWN = /ERR_(CONNECTION|EMPTY_RESPONSE|INCOMPLETE_CHUNKED|SOCKET|NETWORK)/

test('the server is killed in mid-job: the page says so, recovers by itself, and the job ends with the right money', async ({ page, server, watch }) => {
  watch.allow(LINE_DOWN)
  const person = await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('through a crash')
  await composer.seconds.selectOption('12')
  await composer.go.click()
  const bar = page.getByRole('progressbar')
  await expect.poll(() => bar.evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(5)
  await server.kill('SIGKILL')
  await expect(page.getByText('Connection lost')).toBeVisible()
  await expect(page.getByLabel('Watched now')).toContainText('through a crash')
  await server.start()
  await expect(page.getByText('Connection lost')).toBeHidden()
  // It renders from the beginning.
  await expectMade(page)
  await expectPlaying(player(page), [1280, 720])
  await expectPurse(page, '80 credits')
  const balance = JSON.parse(await server.run('user', 'balance', '--email', person.email, '--json'))
  expect(balance).toMatchObject({ available: 80, held: 0 })
  await server.run('audit')
})

test('killed again and again, every job still ends, and the books are right', async ({ page, server, watch }) => {
  watch.allow(LINE_DOWN)
  const person = await join(page)
  await begin(page, { prompt: 'again and again', seconds: 3, takes: 3 })
  for (let round = 0; round < 3; round++) {
    await server.restart('SIGKILL')
  }
  const composer = new Composer(page)
  await composer.open()
  await expectMade(page, 3)
  await expectPurse(page, '110 credits')
  const balance = JSON.parse(await server.run('user', 'balance', '--email', person.email, '--json'))
  expect(balance).toMatchObject({ available: 110, held: 0 })
  await server.run('audit')
})

test('a server that is stopped properly hands its work over, and the page never notices an error', async ({ page, server, watch }) => {
  watch.allow(LINE_DOWN)
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('over a restart')
  await composer.seconds.selectOption('8')
  await composer.go.click()
  await expect(page.getByRole('progressbar')).toBeVisible()
  await server.restart('SIGTERM')
  await expectMade(page)
  await expectPurse(page, '120 credits')
  await server.run('audit')
})
