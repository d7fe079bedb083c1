// In a hand: 390 by 844, and fingers.

import type { Page } from '@playwright/test'
import { arrive, begin, cancel, Composer, expectMade, expectNoSidewaysScroll, expectPlaying, join, make, player, signUp } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })

const FINGER = 44

/** Everything that is pressed and not part of a running text is as large as a finger. */
async function expectFingerSized(page: Page): Promise<void> {
  const small = await page.evaluate((finger) => {
    const controls = 'button, select, summary, textarea, input:not([type="hidden"]), a.button, a.icon-button, a.purse, a.mark, .tabs a, .filters a, label.shape, label.take, label.switch, .tile-link'
    return [...document.querySelectorAll<HTMLElement>(controls)]
      .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && !element.closest('.unseen, [inert]'))
      .filter((element) => !(element instanceof HTMLInputElement && ['radio', 'checkbox'].includes(element.type)))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => box.width > 1 && !element.matches('.unseen') && (box.height < finger - 0.5 || box.width < finger - 0.5))
      .map(({ element, box }) => {
        const name = element.getAttribute('aria-label') ?? (element.innerText?.trim() || element.getAttribute('name') || element.className)
        return `${element.localName} “${name.replace(/\s+/g, ' ').slice(0, 40)}” ${Math.round(box.width)}×${Math.round(box.height)}`
      })
  }, FINGER)
  expect.soft(small, `smaller than ${FINGER} px on ${new URL(page.url()).pathname}`).toEqual([])
}

test('the flow works with a thumb', async ({ page }) => {
  await signUp(page)
  const composer = new Composer(page)
  await composer.open()
  await expectNoSidewaysScroll(page)
  await expect(composer.go).toBeInViewport({ ratio: 1 })
  await composer.prompt.tap()
  await page.keyboard.type('a paper boat in a hand')
  await composer.seconds.selectOption('1')
  await composer.form.locator('label.shape', { hasText: '9:16' }).tap()
  await expect(composer.shape('720x1280')).toBeChecked()
  await composer.go.tap()
  await expectPlaying(player(page), [720, 1280])
  await expect(player(page)).toBeInViewport({ ratio: 0.5 })
  await expectNoSidewaysScroll(page)
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Library' }).tap()
  await expect(page.getByRole('heading', { level: 1, name: 'Library' })).toBeVisible()
  await page.locator('.tile-link').tap()
  await expectPlaying(player(page), [720, 1280])
  await expectNoSidewaysScroll(page)
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).tap()
  expect((await coming).suggestedFilename()).toBe('a-paper-boat-in-a-hand-720x1280-1s.mp4')
})

test('with the keyboard open the first tap on Create makes the video', async ({ page }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.seconds.selectOption('1')
  await composer.prompt.tap()
  // What a telephone's keyboard leaves of the window.
  await page.setViewportSize({ width: 390, height: 430 })
  await page.keyboard.type('pressed once')
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeHidden()
  await expect(composer.go).toBeInViewport({ ratio: 1 })
  const button = (await composer.go.boundingBox())!
  // As a finger does: where it is, not what it is.
  await page.touchscreen.tap(button.x + button.width / 2, button.y + button.height / 2)
  await expectMade(page)
})

test('where the page does not shrink for the keyboard, the composer stands above it', async ({ page }) => {
  // As iOS does it: only what is seen of the page becomes lower.
  await page.addInitScript(() => {
    const seen = Object.assign(new EventTarget(), { height: innerHeight, offsetTop: 0, scale: 1 })
    Object.defineProperty(window, 'visualViewport', { value: seen })
  })
  const keyboard = (height: number) =>
    page.evaluate((height) => {
      Object.assign(visualViewport!, { height: innerHeight - height })
      visualViewport!.dispatchEvent(new Event('resize'))
    }, height)
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.tap()
  await page.keyboard.type('seen while it is typed')
  await keyboard(340)
  const edge = 844 - 340
  for (const part of [composer.go, composer.prompt]) {
    const box = (await part.boundingBox())!
    expect(box.y).toBeGreaterThan(0)
    expect(box.y + box.height).toBeLessThanOrEqual(edge)
  }
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeHidden()
  await keyboard(0)
  await expect(page.getByRole('navigation', { name: 'Rooms' })).toBeVisible()
  expect((await composer.go.boundingBox())!.y).toBeGreaterThan(edge)
})

test('the prompt field grows with its words as far as the window has room, and shrinks again', async ({ page }) => {
  await join(page)
  const composer = new Composer(page)
  await composer.open()
  await composer.prompt.tap()
  const height = async () => (await composer.prompt.boundingBox())!.height
  const rest = await height()
  await composer.prompt.fill('one\ntwo\nthree\nfour\nfive')
  await expect.poll(height).toBeGreaterThan(rest + 30)
  const five = await height()
  await composer.prompt.fill('one more line\n'.repeat(80))
  await expect.poll(height).toBeGreaterThan(five)
  expect(await height(), 'a quarter of the window').toBeLessThanOrEqual(844 * 0.25)
  await expect(composer.prompt).toBeInViewport({ ratio: 1 })
  await expect(composer.form).toBeInViewport({ ratio: 1 })
  await expect(composer.go).toBeInViewport({ ratio: 1 })
  await expectNoSidewaysScroll(page)
  // The end of it, where one writes on, is in sight.
  await page.keyboard.press('Control+End')
  await page.keyboard.type('the end')
  expect(await composer.prompt.evaluate((field) => field.scrollHeight - field.clientHeight - field.scrollTop)).toBeLessThan(24)
  await composer.prompt.fill('one\ntwo\nthree\nfour\nfive')
  await expect.poll(height).toBe(five)
  await composer.prompt.fill('')
  await expect.poll(height).toBe(rest)
  // Who looks at the work has more of it.
  await composer.prompt.fill('one more line\n'.repeat(80))
  await composer.prompt.blur()
  await expect.poll(height).toBeLessThan(five)
})

test('no page scrolls sideways, from 320 px on', async ({ page, watch }) => {
  watch.allow(/status of 4(04|22)/)
  await page.goto('/sign-up')
  await page.getByRole('main').getByRole('button', { name: 'Create account' }).click()
  await expectNoSidewaysScroll(page)
  await signUp(page)
  const [card] = await make(page, { prompt: 'neon rain on a night market, slow push-in, steam rising' }, { prompt: 'square', size: '1024x1024' })
  const paths = ['/', '/create', '/library', '/library?search=nothing', `/v/${card!.id}`, `/create?from=${card!.id}`, '/credits', '/account', '/account/keys', '/account/spending', '/account/webhooks', '/docs/api', '/nothing-here']
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 })
    for (const path of paths) {
      await page.goto(path)
      await expectNoSidewaysScroll(page)
    }
  }
  await page.context().clearCookies()
  for (const path of ['/', '/sign-in', '/sign-up']) {
    await page.goto(path)
    await expectNoSidewaysScroll(page)
  }
})

test('neither the composer nor the tabs cover the last row', async ({ page }) => {
  await signUp(page)
  await make(page, { prompt: 'one' }, { prompt: 'two' }, { prompt: 'three' }, { prompt: 'four' }, { prompt: 'five' })
  await arrive(page, '/create')
  const end = () => page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
  await end()
  const last = (await page.getByRole('link', { name: 'All in the library' }).boundingBox())!
  const composer = (await page.getByRole('form', { name: 'Composer' }).boundingBox())!
  expect(last.y + last.height).toBeLessThanOrEqual(composer.y)
  const tabs = (await page.locator('nav.tabs').boundingBox())!
  expect(composer.y + composer.height).toBeLessThanOrEqual(tabs.y)
  expect(tabs.y + tabs.height).toBeLessThanOrEqual(844.5)

  await arrive(page, '/library')
  await end()
  const tile = (await page.locator('.tile').last().boundingBox())!
  expect(tile.y + tile.height).toBeLessThanOrEqual((await page.locator('nav.tabs').boundingBox())!.y)
})

test('a tall window still shows the work above the composer', async ({ page, server }) => {
  const person = await join(page)
  await server.run('user', 'grant', '--email', person.email, '--credits', '400', '--reason', 'For work that takes a while')
  const [card] = await begin(page, { prompt: 'seen while it is made', size: '1920x1080', seconds: 20 })
  await arrive(page, '/create')
  const bar = (await page.getByRole('progressbar').first().boundingBox())!
  const composer = (await page.getByRole('form', { name: 'Composer' }).boundingBox())!
  expect(bar.y + bar.height).toBeLessThanOrEqual(composer.y)
  expect(composer.height, 'the composer leaves room for the work').toBeLessThan(844 * 0.4)
  await expectFingerSized(page)
  await cancel(page, card!.id)
})

test('what is pressed is as large as a finger', async ({ page }) => {
  await page.goto('/')
  await expectFingerSized(page)
  await page.goto('/sign-up')
  await expectFingerSized(page)
  await page.goto('/sign-in')
  await expectFingerSized(page)
  await signUp(page)
  const [card] = await make(page, { prompt: 'touched' })
  const composer = new Composer(page)
  await composer.open()
  await expectFingerSized(page)
  await composer.more()
  await expect(composer.seed).toBeVisible()
  await expect(composer.seed).toBeInViewport({ ratio: 1 })
  await expectFingerSized(page)
  for (const path of ['/library', `/v/${card!.id}`, '/credits', '/account', '/account/keys']) {
    await page.goto(path)
    await expectFingerSized(page)
  }
})
