// Webhooks, as a person sets them up and as a program receives them.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expectNoSidewaysScroll, join, make } from '../support/studio.ts'
import { expect, expectAccessible, test as base } from '../support/test.ts'

interface Received {
  headers: http.IncomingHttpHeaders
  body: string
}

/** A program that takes events on this machine. */
class Receiver {
  readonly received: Received[] = []
  status = 200
  readonly #server = http.createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      this.received.push({ headers: request.headers, body: Buffer.concat(pieces).toString() })
      response.writeHead(this.status).end()
    })
  })

  async start(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

const test = base.extend<{ receiver: Receiver }>({
  receiver: async ({ page: _ }, use) => {
    const receiver = new Receiver()
    await use(receiver)
    receiver.stop()
  },
})

/** As on `/docs/api`. */
function isGenuine(secret: string, { headers, body }: Received): boolean {
  const [id, at, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => String(headers[name]))
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const right = Buffer.from('v1,' + createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64'))
  return given!.split(' ').some((one) => one.length === right.length && timingSafeEqual(Buffer.from(one), right))
}

for (const javaScriptEnabled of [true, false]) {
  test(`an endpoint is added, tried out and told, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async ({ newPage, receiver }) => {
    const page = await newPage({ javaScriptEnabled })
    const address = await receiver.start()
    await join(page)
    await page.goto('/account')
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await expect(page).toHaveURL(/\/account\/webhooks$/)
    const main = page.getByRole('main')
    await page.getByLabel('Address').fill(address)
    await page.getByRole('button', { name: 'Add the endpoint' }).click()
    const secret = /whsec_[A-Za-z0-9+/=]{44}/.exec((await main.textContent())!)![0]
    await page.goto('/account/webhooks')
    expect(await main.textContent(), 'it is shown once').not.toContain('whsec_')

    await page.getByRole('link', { name: `Deliveries to ${address}` }).click()
    await expect(main).toContainText('Nothing has been sent yet')
    receiver.status = 500
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await expect(main).toContainText('Not taken')
    await expect(main).toContainText('answered 500')
    receiver.status = 200
    await page.getByRole('button', { name: /^Send again/ }).click()
    await expect(main).toContainText('Delivered')
    await expect(main).toContainText('2 tries')

    const [card] = await make(page, { prompt: 'a lantern in the fog', seconds: 1 })
    await expect.poll(() => receiver.received.length).toBe(3)
    expect(receiver.received.every((received) => isGenuine(secret, received))).toBe(true)
    const [first, again, video] = receiver.received.map(({ body }) => JSON.parse(body))
    expect(first).toMatchObject({ object: 'event', type: 'webhook.test' })
    expect(again).toEqual(first)
    const id = `video_${card!.id.replaceAll('-', '')}`
    expect(video).toMatchObject({ type: 'video.completed', data: { id, status: 'completed', error: null } })
    expect(receiver.received[2]!.body).not.toContain('lantern')

    receiver.status = 410
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await expect(main).toContainText('It answered 410 Gone')
    await page.getByRole('button', { name: 'Turn on again' }).click()
    await page.getByRole('button', { name: 'New secret' }).click()
    await expect(main).toContainText('whsec_')
    await page.getByRole('button', { name: 'Remove' }).click()
    await expect(page).toHaveURL(/\/account\/webhooks$/)
    await expect(main).not.toContainText('Your endpoints')
  })
}

test('the pages of webhooks fit every window and can be used by everybody', async ({ page, receiver, watch }) => {
  watch.allow(/status of 422/)
  const address = `${await receiver.start()}/${'a-very-long-path-without-a-break'.repeat(12)}?token=abc`
  await join(page)
  await page.goto('/account/webhooks')
  await page.getByLabel('Address').fill('http://10.0.0.1/')
  await page.getByText('Videos that are ready').click()
  await page.getByText('Videos that were not made').click()
  await page.getByRole('button', { name: 'Add the endpoint' }).click()
  await expect(page.getByRole('alert')).toContainText('2 fields need another look')
  await expect(page.getByLabel('Address')).toHaveValue('http://10.0.0.1/')
  await expectAccessible(page)
  await page.getByLabel('Address').fill(address)
  await page.getByText('Videos that are ready').click()
  await page.getByRole('button', { name: 'Add the endpoint' }).click()
  await expectAccessible(page)
  for (const status of [200, 302, 500]) {
    receiver.status = status
    if (status === 200) await page.getByRole('link', { name: /^Deliveries to/ }).click()
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await expect(page.getByRole('main')).toContainText(`answered ${status}`)
  }
  const endpoint = page.url()
  for (const width of [390, 820, 1440]) {
    await page.setViewportSize({ width, height: 900 })
    for (const path of ['/account/webhooks', endpoint]) {
      await page.goto(path)
      await expectNoSidewaysScroll(page)
      await expectAccessible(page)
    }
  }
})
