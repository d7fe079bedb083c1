// The studio as an installed app: what it shows without a network, and what a browser keeps of it.

import { arrive, begin, hideable, join, look, MADE_WITHIN, make } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'
import type { Page } from '@playwright/test'

test.use({ serviceWorkers: 'allow' })

/** Until the worker is in charge of the page. */
const workerReady = (page: Page) =>
  page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated' && navigator.serviceWorker.controller !== null)

/** The addresses of everything that the browser keeps, and all of its texts. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const found = { addresses: [] as string[], texts: '' }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys()) {
        const { pathname, search } = new URL(request.url)
        found.addresses.push(pathname + search)
        const answer = (await cache.match(request))!
        if (!/wasm|image/.test(answer.headers.get('content-type') ?? '')) found.texts += await answer.text()
      }
    }
    return found
  })

for (const colorScheme of ['dark', 'light'] as const) {
  test(`without a network there is a page that says so, ${colorScheme}, and with it everything is back`, async ({ newPage, watch }) => {
    watch.allow(/ERR_INTERNET_DISCONNECTED/, /Failed to fetch/, /status of 50\d/)
    const page = await newPage({ colorScheme, serviceWorkers: 'allow' })
    await page.goto('/')
    await workerReady(page)
    const ground = () => page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor)
    const before = await ground()

    await page.context().setOffline(true)
    await page.goto('/sign-in')
    await expect(page.getByRole('heading', { name: 'There is no connection' })).toBeVisible()
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(await ground(), 'the style sheet is there, and the theme').toBe(before)
    await page.getByRole('link', { name: 'Try again' }).click()
    await expect(page.getByRole('heading', { name: 'There is no connection' })).toBeVisible()

    await page.context().setOffline(false)
    await page.getByRole('link', { name: 'Try again' }).click()
    await expect(page.getByLabel('E-mail')).toBeVisible()
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })
}

test('a browser keeps the files of the studio and nothing of a person', async ({ page, watch }) => {
  // The icon of a page that is left is not always fetched to its end.
  watch.allow(/net::ERR_FAILED GET .*\/mark\.svg/)
  const person = await join(page)
  await page.goto('/account')
  await workerReady(page)
  const [card] = await make(page, { prompt: 'kept by nobody' })
  for (const path of ['/create', '/library', '/credits', `/v/${card!.id}`]) await arrive(page, path)
  await page.reload()
  const check = async () => {
    const { addresses, texts } = await kept(page)
    expect(addresses).toContain('/offline')
    for (const address of addresses) {
      expect(address).toMatch(/^(\/offline|\/mark\.svg|\/((pkg|js|words)\/)?[a-z]+\.(css|js|json|wasm)\?v=[\w-]+|\/js\/chunk-\w+\.js)$/)
    }
    expect(new Set(addresses).size, 'one version of each').toBe(addresses.length)
    for (const own of ['kept by nobody', person.email, person.name, card!.id]) expect(texts).not.toContain(own)
    return addresses
  }
  expect(await check()).toContainEqual(expect.stringMatching(/^\/pkg\/aisora\.wasm\?v=/))
  await arrive(page, '/account')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/$/)
  await check()
})

test('the app can be installed: its manifest, its icons, and a worker that is asked for anew each time', async ({ page, request }) => {
  await page.goto('/')
  const address = await page.locator('link[rel=manifest]').getAttribute('href')
  const translated = (await (await request.get('/manifest.de.webmanifest')).json()) as { lang: string; shortcuts: { name: string }[] }
  const answer = await request.get(address!)
  expect(answer.headers()['content-type']).toBe('application/manifest+json')
  const manifest = (await answer.json()) as { start_url: string; display: string; icons: { src: string; sizes: string; type: string; purpose?: string }[] }
  expect(manifest).toMatchObject({ start_url: '/create', display: 'standalone' })
  expect(translated, 'the German one differs in its words alone').toEqual({
    ...manifest,
    lang: 'de',
    description: 'Ein Studio für KI-Videos',
    shortcuts: [{ name: 'Erstellen', url: '/create' }, { name: 'Mediathek', url: '/library' }],
  })
  expect(manifest.icons.map((icon) => icon.purpose)).toContain('maskable')
  for (const { src, sizes, type } of manifest.icons) {
    expect((await request.get(src)).headers()['content-type'], src).toBe(type)
    const size = await page.evaluate(async (src) => {
      const image = new Image()
      image.src = src
      await image.decode()
      return `${image.naturalWidth}x${image.naturalHeight}`
    }, src)
    if (sizes !== 'any') expect(size, src).toBe(sizes)
  }
  await workerReady(page)
  const worker = await page.evaluate(async () => (await navigator.serviceWorker.ready).active!.scriptURL)
  const script = await request.get(worker)
  expect(script.headers()['cache-control']).toBe('public, no-cache')
  expect(script.headers()['content-type']).toMatch(/javascript/)
})

test('on a telephone the worker shows the notification, once, and a press on it opens the video', async ({ page, context }) => {
  await hideable(context)
  await context.grantPermissions(['notifications'])
  // There the constructor is only a name.
  await context.addInitScript(() => {
    window.Notification = class {
      static permission = 'granted'
      constructor() {
        throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.')
      }
    } as unknown as typeof Notification
  })
  await join(page)
  await page.goto('/account')
  await workerReady(page)
  await page.getByRole('main').getByRole('switch', { name: 'Show a notification' }).check()
  await look('away', page)
  const [card] = await begin(page, { prompt: 'a paper boat' })
  const shown = () =>
    page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, data }) => ({ title, body, data: data as string })))
  await expect.poll(shown, { timeout: MADE_WITHIN }).toEqual([{ title: 'Your video is ready', body: 'a paper boat', data: `/v/${card!.id}` }])
  const [worker] = context.serviceWorkers()
  // Only a hand's own press may open a window: where it would lead is what can be seen here.
  const opened = await worker!.evaluate(async () => {
    const scope = self as unknown as { registration: ServiceWorkerRegistration; clients: { openWindow: (url: string) => void }; NotificationEvent: new (type: string, init: object) => Event }
    const opened: string[] = []
    scope.clients.openWindow = (url) => opened.push(url)
    const [notification] = await scope.registration.getNotifications()
    self.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification }))
    return opened
  })
  expect(opened).toEqual([`/v/${card!.id}`])
  await expect.poll(shown, 'it is gone').toEqual([])
})
