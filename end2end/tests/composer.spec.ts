// The composer: the price follows the choices, the button says why it is off, and nothing is created twice.

import { begin, cancel, Composer, expectMade, expectNoSidewaysScroll, form, join, quoteFor, settled, snapshot } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

const LONG = 'x'.repeat(32_001)
const RIGHT_TO_LEFT = 'قارب ورقي يعبر مصرف المطر عند الغسق، كاميرا منخفضة'

test.describe('price', () => {
  test('the price follows the length, the shape and the takes', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    await composer.prompt.fill('a lantern')
    const price = (words: string) => expect(composer.go).toHaveAccessibleName(`Create for ${words}`)
    await price('40 credits')
    await composer.seconds.selectOption('1')
    await price('10 credits')
    await composer.shape('720x1280').check()
    await price('10 credits')
    await composer.shape('1920x1080').check()
    await price('20 credits')
    await composer.takes(4).check()
    await price('80 credits')
    await expect(composer.reason).toHaveText(/^Leaves 120 credits/)
    await composer.takes(3).check()
    await composer.shape('1024x1024').check()
    await composer.seconds.selectOption('6')
    await price('180 credits')
    await expect(composer.reason).toHaveText(/^Leaves 20 credits/)
  })

  test('every shape shows its pixels and can be chosen', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    for (const [size, shape] of [['1280x720', '16:9'], ['720x1280', '9:16'], ['1024x1024', '1:1'], ['1920x1080', '16:9']] as const) {
      await composer.shape(size).check()
      await expect(composer.shape(size)).toBeChecked()
      await expect(composer.shape(size)).toHaveAccessibleName(new RegExp(shape))
    }
  })

  test('a price that was tampered with or belongs to somebody else creates nothing', async ({ page, newPage }) => {
    await join(page)
    const wish = { prompt: 'cheap' }
    const quote = await quoteFor(page.request, wish)
    const create = (request: typeof page.request, fields: Record<string, string>) =>
      request.post('/api/generation/create', { data: { form: fields } })
    const longer = form({ ...wish, seconds: 20 }, quote)
    expect((await create(page.request, longer)).status(), 'a price of other choices').toBe(422)
    const forged = form(wish, quote.slice(0, -2) + (quote.endsWith('AA') ? 'BB' : 'AA'))
    expect((await create(page.request, forged)).status(), 'a forged price').toBe(422)
    expect((await create(page.request, form(wish, ''))).status(), 'no price').toBe(422)
    const other = await newPage()
    await join(other)
    expect((await create(other.request, form(wish, quote))).status(), "somebody else's price").toBe(422)
    expect((await snapshot(page)).cards).toEqual([])
    expect((await snapshot(other)).cards).toEqual([])
  })
})

test.describe('the button', () => {
  test('says why it is off, and goes on when the reason is gone', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    const off = async (reason: string | RegExp) => {
      await expect(composer.go).toHaveAttribute('aria-disabled', 'true')
      await expect(composer.go).toHaveAccessibleDescription(reason)
      await expect(composer.reason).toHaveText(reason)
    }
    const on = () => expect(composer.go).not.toHaveAttribute('aria-disabled')

    await off('Describe what should be seen.')
    await composer.prompt.fill('   ')
    await off('Describe what should be seen.')
    await composer.prompt.fill('a lantern')
    await on()
    await composer.prompt.fill(LONG)
    await off('The prompt has 32,001 characters; at most 32,000 fit.')
    await composer.prompt.fill(LONG.slice(1))
    await on()
    await composer.prompt.fill('a \u0007 bell')
    await off(/invisible control characters/)
    await composer.prompt.fill('a bell')
    await on()
    await composer.more()
    await composer.seed.fill('minus one')
    await off(/A seed is a whole number/)
    await composer.seed.fill('2147483648')
    await off(/A seed is a whole number/)
    await composer.seed.fill('2147483647')
    await on()
    await composer.takes(4).check()
    await composer.seconds.selectOption('20')
    await off('You need 600 more credits.')
    await composer.seconds.selectOption('5')
    await on()
    await expect(composer.reason).toHaveText(/^Leaves 0 credits/)
  })

  test('pressed while it is off, it leads to what is missing and creates nothing', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    await composer.go.click({ force: true })
    await expect(composer.prompt).toBeFocused()
    expect((await snapshot(page)).cards).toEqual([])
  })

  test('one credit short says that one credit is missing', async ({ page, server }) => {
    const person = await join(page)
    await server.run('user', 'grant', '--email', person.email, '--credits', '1409', '--reason', 'Nine more than it takes')
    // Large and many, so that they are still being made when they are cancelled.
    const cards = await begin(page, { prompt: 'spent', size: '1920x1080', seconds: 20, takes: 4 })
    const composer = new Composer(page)
    await composer.open()
    await composer.prompt.fill('one more')
    await composer.seconds.selectOption('1')
    await expect(composer.reason).toHaveText('You need 1 more credit.')
    await expect(composer.go).toHaveAttribute('aria-disabled', 'true')
    for (const card of cards) await cancel(page, card.id)
    await expect(composer.reason).toHaveText(/^Leaves 1,599 credits/)
  })
})

test.describe('creating', () => {
  test('Ctrl and Enter hand the work in, and Enter alone does not', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    await composer.seconds.selectOption('1')
    await composer.prompt.fill('a bell')
    await composer.prompt.press('Enter')
    await composer.prompt.pressSequentially('in the rain')
    await expect(composer.prompt).toHaveValue('a bell\nin the rain')
    expect((await snapshot(page)).cards).toEqual([])
    await composer.prompt.press('Control+Enter')
    await expectMade(page)
    expect((await snapshot(page)).cards).toHaveLength(1)
  })

  test('a double click creates once', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    await composer.seconds.selectOption('1')
    await composer.prompt.fill('only once')
    await composer.go.dblclick()
    await expectMade(page)
    await settled(page)
    const { cards, balance } = await snapshot(page)
    expect(cards).toHaveLength(1)
    expect(balance).toEqual({ available: 190, held: 0 })
  })

  test('one price handed in twice at the same time creates once, and both get the same answer', async ({ page }) => {
    await join(page)
    const wish = { prompt: 'twice', takes: 2 }
    const fields = form(wish, await quoteFor(page.request, wish))
    const hand = async () => {
      const answer = await page.request.post('/api/generation/create', { data: { form: fields } })
      expect(answer.status()).toBe(200)
      return ((await answer.json()) as { id: string }[]).map((card) => card.id).sort()
    }
    const [one, two] = await Promise.all([hand(), hand()])
    expect(one).toEqual(two)
    await settled(page)
    expect((await snapshot(page)).balance).toEqual({ available: 180, held: 0 })
  })

  test('two tabs spend the same last credits once', async ({ page, context, server, watch }) => {
    // The loser is told so in its answer, which the console repeats.
    watch.allow(/status of 402/)
    const person = await join(page)
    await server.run('user', 'grant', '--email', person.email, '--credits', '200', '--reason', 'For a large one')
    const other = await context.newPage()
    const [one, two] = [new Composer(page), new Composer(other)]
    for (const composer of [one, two]) {
      await composer.open()
      await composer.prompt.fill('the last credits')
      // Large, so that it is still being made when both tabs are looked at.
      await composer.shape('1920x1080').check()
      await composer.seconds.selectOption('20')
      await expect(composer.go).toHaveAccessibleName('Create for 400 credits')
    }
    const { cards } = await test.step('both at once', async () => {
      // Pressed as a script would: a tab that hears in time that the credits are gone has switched its button off.
      await Promise.all([one, two].map(({ go }) => go.evaluate((button: HTMLButtonElement) => button.click())))
      await expect.poll(async () => (await snapshot(page)).cards.length).toBe(1)
      return snapshot(page)
    })
    for (const composer of [one, two]) {
      await expect(composer.page.getByRole('progressbar').first()).toBeVisible()
      await expect(composer.reason).toHaveText(/You need 400 more credits\./)
    }
    expect(cards).toHaveLength(1)
    await cancel(page, cards[0]!.id)
    await settled(page)
    expect((await snapshot(page)).balance).toEqual({ available: 400, held: 0 })
  })

  test('an idea fills the prompt', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    const idea = page.getByRole('list', { name: 'Ideas to start from' }).getByRole('button').first()
    const words = await idea.innerText()
    await idea.click()
    await expect(composer.prompt).toHaveValue(words)
    await expect(composer.prompt).toBeFocused()
    await expect(composer.go).not.toHaveAttribute('aria-disabled')
  })

  test('what was typed and not sent is still there after a reload', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    await composer.prompt.fill('not sent yet')
    await composer.open()
    await expect(composer.prompt).toHaveValue('not sent yet')
    await expect(composer.go).not.toHaveAttribute('aria-disabled')
  })

  test('words that were typed before the page is awake are kept', async ({ page }) => {
    await join(page)
    let wake = () => {}
    const held = new Promise<void>((resolve) => (wake = resolve))
    await page.route('**/*.wasm*', async (route) => {
      await held
      await route.continue()
    })
    const composer = new Composer(page)
    await page.goto('/create', { waitUntil: 'domcontentloaded' })
    await composer.prompt.fill('typed early')
    await composer.seconds.selectOption('2')
    const listening = page.waitForResponse(/\/events/)
    wake()
    await listening
    await expect(composer.prompt).toHaveValue('typed early')
    await expect(composer.seconds).toHaveValue('2')
    await expect(composer.go).toHaveAccessibleName('Create for 20 credits')
  })
})

test.describe('bad input', () => {
  const answers: [string, Record<string, string>, string, RegExp][] = [
    ['an empty prompt', { prompt: ' ' }, 'prompt', /Describe what should be seen/],
    ['a prompt of 32,001 characters', { prompt: LONG }, 'prompt', /32,001 characters; at most 32,000/],
    ['a prompt with control characters', { prompt: 'a \u0000\u0007 bell' }, 'prompt', /control characters/],
    ['a size that the model does not make', { size: '640x480' }, 'size', /does not make this size/],
    ['no seconds', { seconds: '0' }, 'seconds', /1 to 20 seconds/],
    ['too many seconds', { seconds: '21' }, 'seconds', /1 to 20 seconds/],
    ['takes 0', { takes: '0' }, 'takes', /1 to 4 takes/],
    ['takes 5', { takes: '5' }, 'takes', /1 to 4 takes/],
    ['takes -1', { takes: '-1' }, 'takes', /1 to 4 takes/],
    ['a seed that is no number', { seed: 'seven' }, 'seed', /A seed is a whole number/],
    ['a model that is not there', { model: 'other' }, 'model', /not offered here/],
  ]
  test('is told at its field by the API, and nothing is created', async ({ page }) => {
    await join(page)
    const wish = { prompt: 'good' }
    const quote = await quoteFor(page.request, wish)
    for (const [what, fields, field, words] of answers) {
      const answer = await page.request.post('/api/generation/create', { data: { form: { ...form(wish, quote), ...fields } } })
      expect(answer.status(), what).toBe(422)
      const error = (await answer.json()) as { code: string; fields: { field: string; message: string }[] }
      expect(error.code, what).toBe('invalid')
      expect(error.fields.map((error) => error.field), what).toEqual([field])
      expect(error.fields[0]!.message, what).toMatch(words)
    }
    expect((await snapshot(page)).cards).toEqual([])
  })

  test('is told beside its field on the page that comes back from a form post', async ({ page, newPage, watch }) => {
    watch.allow(/status of 422/)
    await join(page)
    const wish = { prompt: 'good' }
    const quote = await quoteFor(page.request, wish)
    const plain = await newPage({ javaScriptEnabled: false, storageState: await page.context().storageState(), viewport: { width: 390, height: 844 } })
    for (const [what, fields, field, words] of answers.filter(([what]) => !what.includes('control'))) {
      const answer = await page.request.post('/create', { form: { ...form(wish, quote), ...fields } })
      expect(answer.status(), what).toBe(422)
      await plain.route('**/create', async (route) => route.fulfill({ response: answer }))
      await plain.goto('/create')
      await plain.unroute('**/create')
      const beside = plain.locator(`#${field}-error`)
      const above = plain.locator('.composer [role="alert"]')
      await expect(beside.or(above).filter({ hasText: words }), what).toBeVisible()
      await expectNoSidewaysScroll(plain)
    }
    expect((await snapshot(page)).cards).toEqual([])
  })

  test('a body that is too large is refused', async ({ page }) => {
    await join(page)
    const answer = await page.request.post('/create', { form: { prompt: 'y'.repeat(2_000_000) } })
    expect(answer.status()).toBe(413)
  })
})

test.describe('odd words at 390 px', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  const words: [string, string][] = [
    ['one word of 32,000 letters', LONG.slice(1)],
    ['right-to-left text', RIGHT_TO_LEFT],
    ['markup', '<img src=x onerror=alert(1)><script>alert(2)</script> & "quotes" {braces}'],
    ['many lines and signs', `${'line\n'.repeat(40)}👩‍👩‍👧‍👦 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́`],
  ]
  for (const [what, prompt] of words) {
    test(`${what} keeps the layout on every page`, async ({ page }) => {
      await join(page)
      const composer = new Composer(page)
      await composer.open()
      await composer.prompt.fill(prompt)
      await expect(composer.go).not.toHaveAttribute('aria-disabled')
      await expectNoSidewaysScroll(page)
      const [card] = await begin(page, { prompt })
      // Lists carry the beginning of a long prompt, and the video's own page all of it.
      await expect(page.locator('.about-words')).toHaveText(prompt.slice(0, 1_000), { useInnerText: false })
      await expectMade(page)
      for (const path of ['/create', '/library', '/credits', `/v/${card!.id}`, `/create?from=${card!.id}`]) {
        await page.goto(path)
        await expect(page.getByRole('main')).toContainText(prompt.slice(0, 12))
        await expectNoSidewaysScroll(page)
      }
      await page.goto(`/v/${card!.id}`)
      const shown = page.locator('.video-words').first()
      expect((await page.getByRole('main').textContent())!.replace(/\s+/g, ' ')).toContain(prompt.slice(-40).replace(/\s+/g, ' ').trim())
      const direction = await shown.evaluate((element) => getComputedStyle(element).direction)
      expect(direction).toBe(prompt === RIGHT_TO_LEFT ? 'rtl' : 'ltr')
    })
  }

  test('right-to-left words stand right in the field while they are typed', async ({ page }) => {
    await join(page)
    const composer = new Composer(page)
    await composer.open()
    await composer.prompt.fill(RIGHT_TO_LEFT)
    expect(await composer.prompt.evaluate((field) => getComputedStyle(field).direction)).toBe('rtl')
  })
})

test('what was chosen stays chosen through a reload and another page, as the prompt does', async ({ page }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.fill('a tall lantern')
  await composer.shape('720x1280').check()
  await composer.seconds.selectOption('8')
  await composer.takes(2).check()
  const same = async () => {
    await expect(composer.shape('720x1280')).toBeChecked()
    await expect(composer.seconds).toHaveValue('8')
    await expect(composer.takes(2)).toBeChecked()
    await expect(composer.prompt).toHaveValue('a tall lantern')
    await expect(composer.go).toHaveAccessibleName('Create for 160 credits')
  }
  await composer.open()
  await same()
  await page.goto('/library')
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Create' }).click()
  await same()
})
