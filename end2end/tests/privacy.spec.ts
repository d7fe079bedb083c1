// What is somebody's stays theirs; nothing is loaded from elsewhere; and the headers that keep it so.

import { arrive, begin, cancel, expectMade, form, join, make, quoteFor, signUp, snapshot } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

const UNKNOWN = '01a20927-54ed-725e-a783-bcd91eefcd05'

test("another person's video is not there, on any address, and nothing about it can be changed", async ({ page, newPage, watch }) => {
  watch.allow(/status of 404/)
  await join(page)
  const [card] = await make(page, { prompt: 'a secret lantern' })
  const stranger = await newPage()
  await join(stranger)

  for (const file of ['video.mp4', 'video.mp4?download', 'poster.jpg', 'tile.jpg', 'strip.jpg', '../video.mp4', 'video.mp4%00']) {
    const own = await page.request.get(`/media/${card!.id}/${file}`)
    if (/^(video|poster|strip)[^%]*$/.test(file)) expect(own.status(), file).toBe(200)
    const foreign = await stranger.request.get(`/media/${card!.id}/${file}`)
    const unknown = await stranger.request.get(`/media/${UNKNOWN}/${file}`)
    expect(foreign.status(), file).toBe(404)
    expect(unknown.status(), file).toBe(404)
    const plain = async (answer: typeof foreign) => (await answer.text()).replaceAll(card!.id, UNKNOWN).replace(/nonce="[^"]*"/g, '')
    expect(await plain(foreign), file).toBe(await plain(unknown))
  }
  for (const act of ['cancel', 'delete']) {
    expect((await stranger.request.post(`/v/${card!.id}/${act}`, { form: {} })).status(), act).toBe(404)
    expect((await stranger.request.post(`/v/${UNKNOWN}/${act}`, { form: {} })).status(), act).toBe(404)
  }
  for (const call of ['gallery/video', 'generation/cancel']) {
    expect((await stranger.request.post(`/api/${call}`, { data: { id: card!.id } })).status(), call).toBe(404)
  }

  const [foreign, unknown] = [await stranger.goto(`/v/${card!.id}`), await stranger.goto(`/v/${UNKNOWN}`)]
  expect([foreign!.status(), unknown!.status()]).toEqual([404, 404])
  await stranger.goto(`/v/${card!.id}`)
  await expect(stranger.getByRole('heading', { name: 'Nothing is playing here' })).toBeVisible()
  await expect(stranger.getByText('a secret lantern')).toHaveCount(0)
  expect((await stranger.goto(`/create?from=${card!.id}`))!.status()).toBe(404)
  await stranger.goto('/library?search=secret')
  await expect(stranger.locator('.tile')).toHaveCount(0)

  expect((await page.request.get(`/media/${card!.id}/video.mp4`)).status()).toBe(200)
  expect((await snapshot(page)).cards).toHaveLength(1)
})

test('who is not signed in is led to the door, and gets no media', async ({ page, newPage }) => {
  const owner = await newPage()
  await join(owner)
  const [card] = await make(owner, { prompt: 'behind the door' })
  for (const path of ['/create', '/library', '/credits', '/account', `/v/${card!.id}`]) {
    await page.goto(path)
    expect(new URL(page.url()).pathname, path).toBe('/sign-in')
    expect(new URL(page.url()).searchParams.get('next')).toBe(path)
  }
  expect((await page.request.get(`/media/${card!.id}/video.mp4`)).status()).toBe(404)
  expect((await page.request.get('/events')).status()).toBe(401)
  for (const call of ['generation/snapshot', 'credits/statement', 'gallery/library', 'generation/create']) {
    const answer = await page.request.post(`/api/${call}`, { data: { form: form({ prompt: 'x' }), query: {} } })
    expect([401, 422], `${call}: ${answer.status()}`).toContain(answer.status())
  }
})

test('after signing out, going back shows nothing of the person', async ({ page }) => {
  await signUp(page)
  await make(page, { prompt: 'only for my eyes' })
  await arrive(page, '/library')
  await expect(page.getByText('only for my eyes')).toBeVisible()
  await arrive(page, '/account')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/$/)
  await page.goBack()
  await expect(page).toHaveURL(/\/sign-in/)
  await page.goto('/library')
  await expect(page).toHaveURL(/\/sign-in/)
})

test('there is one cookie, the session, and no script can read it', async ({ page, context }) => {
  await page.goto('/')
  expect(await context.cookies()).toEqual([])
  await signUp(page)
  const [cookie, ...others] = await context.cookies()
  expect(others).toEqual([])
  expect(cookie).toMatchObject({ name: 'aisora_session', path: '/', httpOnly: true, sameSite: 'Lax', domain: '127.0.0.1' })
  expect(cookie!.value.length, '256 bits').toBeGreaterThanOrEqual(43)
  expect(await page.evaluate(() => document.cookie)).toBe('')
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])

  const first = cookie!.value
  await arrive(page, '/account')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/$/)
  expect((await context.cookies()).filter((cookie) => cookie.value !== '')).toEqual([])
  // The token itself is worth nothing any more.
  await context.addCookies([{ ...cookie!, value: first }])
  await page.goto('/library')
  await expect(page).toHaveURL(/\/sign-in/)
})

test('signing in gives a new token, and the old one ends', async ({ page, context, newPage }) => {
  const person = await join(page)
  const [before] = await context.cookies()
  const answer = await page.request.post('/sign-in', { form: { email: person.email, password: person.password }, maxRedirects: 0 })
  expect(answer.status()).toBe(303)
  const [after] = await context.cookies()
  expect(after!.value).not.toBe(before!.value)
  const other = await newPage()
  await other.context().addCookies([before!])
  await other.goto('/library')
  await expect(other).toHaveURL(/\/sign-in/)
})

test('nothing is loaded from elsewhere on any page', async ({ page, context, server, watch }) => {
  watch.allow(/status of 404/)
  const elsewhere: string[] = []
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== server.url) elsewhere.push(request.url())
  })
  await page.goto('/')
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await signUp(page)
  const [card] = await make(page, { prompt: 'all from here' })
  for (const path of ['/create', '/library', '/credits', '/account', '/account/keys', '/account/webhooks', '/docs/api']) await arrive(page, path)
  await arrive(page, `/v/${card!.id}`)
  await expectMade(page)
  await page.goto('/nothing-here')
  expect(elsewhere).toEqual([])
})

test('every answer carries a policy, those of errors too, and it lets no foreign script in', async ({ page, request }) => {
  await join(page)
  const get = (path: string) => page.request.get(path, { maxRedirects: 0 })
  const answers = {
    'the start': await request.get('/'),
    'a page': await get('/create'),
    'no page': await get('/nothing-here'),
    'no page below a route': await get('/v/nothing'),
    'no media': await get(`/media/${UNKNOWN}/video.mp4`),
    'a redirect': await request.get('/library', { maxRedirects: 0 }),
    'a refused form': await request.post('/sign-up', { form: { email: 'x' } }),
    'a refused call': await request.post('/api/generation/snapshot'),
    'too much': await page.request.post('/create', { form: { prompt: 'y'.repeat(1_100_000) } }),
    'a wrong method': await page.request.put('/create'),
    'a call that is not there': await page.request.post('/api/nothing'),
    'a script': await request.get('/pkg/aisora.js'),
  }
  for (const [what, answer] of Object.entries(answers)) {
    const headers = answer.headers()
    const policy = headers['content-security-policy'] ?? ''
    expect(policy, what).toMatch(/default-src '(self|none)'/)
    expect(policy, what).toMatch(/frame-ancestors 'none'/)
    expect(policy, what).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/)
    expect(headers['x-content-type-options'], what).toBe('nosniff')
    expect(headers['referrer-policy'], what).toBeTruthy()
    if (/<html/i.test(headers['content-type']?.includes('html') ? await answer.text() : '')) {
      const text = await answer.text()
      const nonce = /script-src[^;]*'nonce-([^']+)'/.exec(policy)?.[1]
      expect(nonce, what).toBeTruthy()
      for (const [, tag] of text.matchAll(/<script([^>]*)>/g)) expect(tag, what).toContain(`nonce="${nonce}"`)
      expect(text, what).not.toMatch(/<[^>]+\s(style|on\w+)=/)
    }
  }
  const nonce = async () => /'nonce-([^']+)'/.exec((await request.get('/')).headers()['content-security-policy']!)![1]
  expect(await nonce()).not.toBe(await nonce())
})

test('what another site posts is refused', async ({ page }) => {
  await join(page)
  const wish = { prompt: 'not from elsewhere' }
  const fields = form(wish, await quoteFor(page.request, wish))
  const [card] = await begin(page, { prompt: 'going on', seconds: 15 })
  const others = [['origin', 'https://evil.example'], ['origin', 'null'], ['sec-fetch-site', 'cross-site'], ['sec-fetch-site', 'same-site']]
  for (const [name, value] of others) {
    const headers = { [name!]: value! }
    const what = `${name}: ${value}`
    expect((await page.request.post('/create', { form: fields, headers })).status(), what).toBe(403)
    expect((await page.request.post('/api/generation/create', { data: { form: fields }, headers })).status(), what).toBe(403)
    expect((await page.request.post(`/v/${card!.id}/cancel`, { form: {}, headers })).status(), what).toBe(403)
    expect((await page.request.post('/sign-out', { form: {}, headers })).status(), what).toBe(403)
  }
  expect((await snapshot(page)).cards.map((card) => card.prompt)).toEqual(['going on'])
  await cancel(page, card!.id)
})

test('the door leads to no other site', async ({ page, newPage }) => {
  const person = await join(await newPage())
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`)
    await page.getByLabel('E-mail').fill(person.email)
    await page.getByLabel('Password').fill(person.password)
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await expect(page).toHaveURL(/\/create$/)
    // The studio must not wake up without its session.
    await page.goto('about:blank')
    await page.context().clearCookies()
  }
})

test.describe('theme', () => {
  test.use({ colorScheme: 'dark' })

  for (const javaScriptEnabled of [true, false]) {
    test(`the theme is switched ${javaScriptEnabled ? 'at once' : 'without JavaScript'}, and kept`, async ({ newPage }) => {
      const page = await newPage({ javaScriptEnabled, colorScheme: 'dark' })
      await join(page)
      const root = page.locator('html')
      const ground = () => page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor).catch(() => '')
      await page.goto('/account')
      const dark = javaScriptEnabled ? await ground() : ''
      await expect(root).not.toHaveAttribute('data-theme')
      const theme = page.getByRole('main').getByRole('group', { name: 'Theme' })
      const choose = async (name: string) => {
        await theme.getByRole('button', { name }).click()
        await expect(theme.getByRole('button', { name })).toHaveAttribute('aria-pressed', 'true')
        await expect(page).toHaveURL(/\/account$/)
      }
      await choose('Light')
      await expect(root).toHaveAttribute('data-theme', 'light')
      if (javaScriptEnabled) expect(await ground()).not.toBe(dark)
      await expect.poll(async () => (await page.context().cookies()).find((cookie) => cookie.name === 'theme')?.value).toBe('light')
      await page.goto('/library')
      await expect(root).toHaveAttribute('data-theme', 'light')
      await page.goto('/account')
      await choose('Dark')
      await expect(root).toHaveAttribute('data-theme', 'dark')
      await choose('As the system')
      await expect(root).not.toHaveAttribute('data-theme')
      await expect.poll(async () => (await page.context().cookies()).some((cookie) => cookie.name === 'theme')).toBe(false)
      await page.reload()
      await expect(root).not.toHaveAttribute('data-theme')
    })
  }
})
