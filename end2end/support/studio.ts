// The studio as tests see it: people without the form, work without the composer, and the composer itself.

import { randomUUID } from 'node:crypto'
import { type APIRequestContext, type APIResponse, type BrowserContext, type Locator, type Page, expect } from '@playwright/test'

/** What is asked for; everything else stays as the studio starts with it. */
export interface Wish {
  prompt: string
  model?: string
  size?: '1280x720' | '720x1280' | '1024x1024' | '1920x1080'
  seconds?: number
  takes?: number
  seed?: number
  caption?: boolean
}

/** The fields of a card that tests look at. */
export interface Card {
  id: string
  state: string
  prompt: string
  progress: number
}

export interface Snapshot {
  cards: Card[]
  balance: { available: number; held: number }
}

export interface Person {
  email: string
  password: string
  name: string
  /** `YYYY-MM-DD` */
  born: string
}

/** Somebody nobody has met yet. */
export function newPerson(): Person {
  const id = randomUUID()
  return { email: `${id}@example.com`, password: `correct horse ${id}`, name: 'Robin Example', born: '1990-05-17' }
}

/** Creates an account through the form, and ends up signed in. */
export async function signUp(page: Page, details: Partial<Person> = {}): Promise<Person> {
  const person = { ...newPerson(), ...details }
  await page.goto('/sign-up')
  const form = page.locator('form', { has: page.locator('input[name="born"]') })
  for (const field of ['email', 'password', 'name', 'born'] as const) {
    await form.locator(`input[name="${field}"]`).fill(person[field])
  }
  await form.locator('button:not([type="button"])').click()
  await expect(page).not.toHaveURL(/\/sign-up/)
  return person
}

/** Creates an account without the form; the browser context of the page is signed in afterwards. */
export async function join(page: Page, details: Partial<Person> = {}): Promise<Person> {
  const person = { ...newPerson(), ...details }
  const answer = await page.request.post('/sign-up', { form: { ...person }, maxRedirects: 0 })
  expect(answer.status(), 'sign-up').toBe(303)
  return person
}

/** Signs somebody in through the form. */
export async function signIn(page: Page, person: Person): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/\/sign-in/)
}

/** The composer's form as the browser posts it. */
export function form(wish: Wish, quote = ''): Record<string, string> {
  return {
    prompt: wish.prompt,
    model: wish.model ?? 'builtin',
    size: wish.size ?? '1280x720',
    seconds: String(wish.seconds ?? 1),
    takes: String(wish.takes ?? 1),
    seed: wish.seed === undefined ? '' : String(wish.seed),
    caption: wish.caption ? 'on' : '',
    quote,
  }
}

/** The token of a frozen price for a wish. */
export async function quoteFor(request: APIRequestContext, wish: Wish): Promise<string> {
  const answer = await request.post('/api/generation/quote', { data: { form: form(wish) } })
  expect(answer.status(), await answer.text()).toBe(200)
  return ((await answer.json()) as { token: string }).token
}

/** Begins work as the page's person, without the composer. */
export async function begin(page: Page, wish: Wish): Promise<Card[]> {
  const quote = await quoteFor(page.request, wish)
  const answer = await page.request.post('/api/generation/create', { data: { form: form(wish, quote) } })
  expect(answer.status(), await answer.text()).toBe(200)
  return (await answer.json()) as Card[]
}

/** What the server knows about the page's person now. */
export async function snapshot(page: Page): Promise<Snapshot> {
  const answer = await page.request.post('/api/generation/snapshot')
  expect(answer.status()).toBe(200)
  return (await answer.json()) as Snapshot
}

const goingOn = ({ cards }: Snapshot): Card[] =>
  cards.filter((card) => ['queued', 'submitting', 'running', 'storing'].includes(card.state))

/** Makes videos as the page's person and waits until they are there. */
export async function make(page: Page, ...wishes: Wish[]): Promise<Card[]> {
  const cards: Card[] = []
  for (const wish of wishes) cards.push(...(await begin(page, wish)))
  await settled(page)
  return cards
}

/** Waits until nothing of the page's person is being made. */
export async function settled(page: Page): Promise<void> {
  const going = async () => goingOn(await snapshot(page)).length
  await expect.poll(going, { timeout: MADE_WITHIN, intervals: [200] }).toBe(0)
}

/** Stops work as the page's person. */
export async function cancel(page: Page, id: string): Promise<void> {
  const answer = await cancelBy(page.request, id)
  expect(answer.status(), 'cancel').toBe(303)
}

const cancelBy = (request: APIRequestContext, id: string): Promise<APIResponse> =>
  request.post(`/v/${id}/cancel`, { form: { next: '/create' }, maxRedirects: 0 })

/** Stops all that goes on, where there is a server, and somebody who is signed in. */
export async function stopWork(request: APIRequestContext): Promise<void> {
  try {
    const answer = await request.post('/api/generation/snapshot')
    if (!answer.ok()) return
    for (const card of goingOn((await answer.json()) as Snapshot)) await cancelBy(request, card.id)
  } catch {
    // The test has ended the server.
  }
}

/** Opens a page. Those that live in the browser are waited for until they are awake: they listen to the server as their last step. */
export async function arrive(page: Page, path: string): Promise<void> {
  if (!/^\/(create|v\/)/.test(path)) {
    await page.goto(path)
    return
  }
  const listening = page.waitForResponse((response) => new URL(response.url()).pathname === '/events')
  await page.goto(path)
  await listening
}

/** Waits until the page has gone to an address and its modules listen: a key that is pressed before means nothing. */
export async function arrived(page: Page, address: RegExp): Promise<void> {
  await expect(page).toHaveURL(address)
  await page.waitForLoadState()
}

/** Has the test say whether a page is looked at, as `look` does: tabs of a test's browser all are, all the time. */
export async function hideable(pages: BrowserContext | Page, atFirst = false): Promise<void> {
  await pages.addInitScript((atFirst) => {
    let hidden = atFirst
    Object.defineProperty(document, 'hidden', { get: () => hidden })
    Object.assign(window, {
      look: (away: boolean) => {
        hidden = away
        document.dispatchEvent(new Event('visibilitychange'))
      },
    })
  }, atFirst)
}

/** Looks away from a page of a `hideable` context, or back at it. */
export async function look(at: 'away' | 'back', page: Page): Promise<void> {
  await page.evaluate((away) => (window as unknown as { look: (away: boolean) => void }).look(away), at === 'away')
}

/** The strip of running work. */
export const strip = (page: Page): Locator => page.getByRole('complementary', { name: 'Work in progress' })

/** The composer. */
export class Composer {
  readonly form: Locator
  readonly prompt: Locator
  readonly seconds: Locator
  readonly go: Locator
  /** Why the button is off; what is left while it is on. */
  readonly reason: Locator

  constructor(readonly page: Page) {
    this.form = page.getByRole('form', { name: 'Composer' })
    this.prompt = this.form.getByLabel('What should be seen')
    this.seconds = this.form.getByLabel('Length')
    this.go = this.form.getByRole('button', { name: /^Creat/ })
    this.reason = this.form.locator('#reason')
  }

  shape(pixels: string): Locator {
    return this.form.getByRole('radio', { name: pixels.replace('x', ' × ') })
  }

  takes(count: number): Locator {
    return this.form.getByRole('radio', { name: count === 1 ? '1 take' : `${count} takes` })
  }

  get seed(): Locator {
    return this.form.getByLabel('Seed')
  }

  get caption(): Locator {
    return this.form.getByLabel('Write the prompt into the picture')
  }

  /** Seed and caption stand behind one more step. */
  async more(): Promise<void> {
    await this.form.locator('summary', { hasText: 'More' }).click()
  }

  /** Opens `/create` and waits until it is awake. */
  async open(path = '/create'): Promise<void> {
    await arrive(this.page, path)
    await expect(this.go).toBeVisible()
  }
}

/** A slow machine, or one that is busy with other things, may take so many milliseconds for the tests' videos. */
export const MADE_WITHIN = 240_000

/** Waits until so many videos stand in the middle of the page. */
export async function expectMade(page: Page, count = 1): Promise<void> {
  await expect(player(page)).toHaveCount(count, { timeout: MADE_WITHIN })
  await expect(player(page).first()).toBeVisible()
}

/** The player of a finished video. */
export function player(page: Page): Locator {
  return page.locator('video.player')
}

/** Waits until a video plays on by itself; `size` is what the file itself says. */
export async function expectPlaying(video: Locator, size?: [number, number]): Promise<void> {
  await expect(video).toBeVisible({ timeout: MADE_WITHIN })
  const time = () => video.evaluate((video: HTMLVideoElement) => (video.error ? -1 : video.currentTime))
  await expect.poll(time, { message: 'the video plays' }).toBeGreaterThan(0)
  const first = await time()
  await expect.poll(time, { message: 'the video plays on' }).not.toBe(first)
  if (size) {
    const seen = await video.evaluate((video: HTMLVideoElement) => [video.videoWidth, video.videoHeight])
    expect(seen).toEqual(size)
  }
}

export const paused = (video: Locator) => video.evaluate((video: HTMLVideoElement) => video.paused)

/** Scrolls to an end of the page, or nowhere, until a video is in view or is not, and its watchers know of it. */
export async function scrollUntil(video: Locator, to: 'top' | 'bottom' | 'here', seen: boolean): Promise<void> {
  await video.evaluate(
    (video, [to, seen]) =>
      new Promise<void>((done) => {
        if (to !== 'here') scrollTo({ top: to === 'top' ? 0 : document.body.scrollHeight, behavior: 'instant' })
        const watch = new IntersectionObserver(([entry]) => {
          if (entry!.isIntersecting !== seen) return
          watch.disconnect()
          requestAnimationFrame(() => requestAnimationFrame(() => done()))
        })
        watch.observe(video)
      }),
    [to, seen] as const,
  )
}

/** The credits at the edge of every page of the studio, all that is seen of them. */
export async function expectPurse(page: Page, words: string): Promise<void> {
  await expect(page.locator('a.purse')).toHaveText(words, { useInnerText: true })
}

/** Nothing sticks out at the side. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const width = page.viewportSize()!.width
  const found = await page.evaluate((width) => {
    const root = document.documentElement
    const most = Math.max(root.scrollWidth, document.body.scrollWidth)
    if (most <= width) return []
    // Who does it, for the report: the innermost elements beyond the edge.
    const beyond = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > width + 0.5)
    const innermost = beyond.filter((element) => !beyond.some((other) => other !== element && element.contains(other)))
    return [`${most} px wide`, ...innermost.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))]
  }, width)
  expect.soft(found, `sideways scrolling at ${width} px on ${page.url()}`).toEqual([])
}

/**
 * All that is pressed can be brought into sight, whole or as much of it as the window holds, and nothing lies over its
 * middle. What is not shown now, and players, which draw their own, are left out.
 */
export async function expectReachable(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const problems: string[] = []
    const controls = 'main :is(a[href], button, select, summary, textarea, input:not([type="hidden"])), header a[href], header button'
    const isSmall = (element: Element) => element.matches('.unseen, .skip') || !!element.closest('.unseen, [inert]')
    for (const element of document.querySelectorAll<HTMLElement>(controls)) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) || isSmall(element)) continue
      element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })
      // A link that breaks over lines has a middle that may be nobody's.
      const box = element.getClientRects()[0]
      if (!box || box.width < 2) continue
      const label = element.closest('label') ?? element
      const name = `${element.localName} “${(element.getAttribute('aria-label') ?? element.innerText ?? '').trim().slice(0, 40) || element.className || element.getAttribute('name')}”`
      if (box.left < -0.5 || box.right > innerWidth + 0.5) problems.push(`${name} sticks out at the side: ${Math.round(box.left)} to ${Math.round(box.right)}`)
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
      const top = document.elementFromPoint(x, y)
      if (!top) problems.push(`${name} is out of sight at ${Math.round(x)}, ${Math.round(y)}`)
      else if (!element.contains(top) && !label.contains(top) && !top.contains(element)) problems.push(`${name} is covered by ${top.outerHTML.slice(0, 80)}`)
      if (box.height <= innerHeight * 0.6 && (box.top < -0.5 || box.bottom > innerHeight + 0.5)) problems.push(`${name} is cut off: ${Math.round(box.top)} to ${Math.round(box.bottom)}`)
    }
    scrollTo(0, 0)
    return problems
  })
  expect.soft(found, `what cannot be pressed on ${new URL(page.url()).pathname}`).toEqual([])
}
