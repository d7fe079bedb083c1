// Where a system forces its own few colours: the focus, what is chosen, and icons are seen without colours of ours.

import type { Page } from '@playwright/test'
import { expectFocusSeen } from '../support/focus.ts'
import { bar, tiles } from '../support/library.ts'
import { arrive, Composer, join, make } from '../support/studio.ts'
import { expect, test } from '../support/test.ts'

test.use({ contextOptions: { forcedColors: 'active', reducedMotion: 'reduce' } })

/** What says that it is pressed, current, selected or on looks otherwise than what is not, by more than its background. */
async function expectChosenSeen(page: Page): Promise<void> {
  const alike = await page.evaluate(() => {
    const visible = (element: Element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    const look = (element: Element) => {
      const one = (node: Element, part?: string) => {
        const style = getComputedStyle(node, part)
        const outline = style.outlineStyle === 'none' ? 'none' : `${style.outlineWidth} ${style.outlineColor}`
        // A background counts only where the system lets us have it, together with the colour of the words.
        const face = style.forcedColorAdjust === 'none' || part ? style.backgroundColor : ''
        return [outline, style.borderTopWidth, style.borderTopStyle, style.borderTopColor, style.color, style.textDecorationLine, style.translate, style.fill, face].join(';')
      }
      return [element, element.parentElement!, ...element.querySelectorAll('svg, i, .tile-screen')].flatMap((node) => [one(node), one(node, '::before'), one(node, '::after')]).join('\n')
    }
    const found: string[] = []
    const told = (element: Element) => `${element.outerHTML.replace(/\s+/g, ' ').slice(0, 110)}`
    for (const name of ['aria-pressed', 'aria-current', 'aria-selected', 'aria-checked']) {
      for (const element of document.querySelectorAll(`[${name}]:not([${name}="false"])`)) {
        if (!visible(element)) continue
        const value = element.getAttribute(name)!
        const on = look(element)
        if (name === 'aria-current') element.removeAttribute(name)
        else element.setAttribute(name, 'false')
        if (look(element) === on) found.push(told(element))
        element.setAttribute(name, value)
      }
    }
    // Boxes that the browser draws itself are seen; those of ours are shown by their labels.
    for (const input of document.querySelectorAll<HTMLInputElement>('input:checked')) {
      const label = input.closest('label')
      const own = getComputedStyle(input)
      if (!label || !visible(label) || (own.appearance !== 'none' && own.opacity !== '0')) continue
      const on = look(label) + look(input)
      input.checked = false
      if (look(label) + look(input) === on) found.push(told(label))
      input.checked = true
    }
    return found
  })
  expect.soft(alike, `what is chosen looks like the rest on ${new URL(page.url()).pathname}`).toEqual([])
}

/** Every icon stands out from what is behind it. */
async function expectIconsSeen(page: Page): Promise<void> {
  const faint = await page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
    const read = (colour: string) => {
      context.clearRect(0, 0, 1, 1)
      context.fillStyle = colour
      context.fillRect(0, 0, 1, 1)
      return [...context.getImageData(0, 0, 1, 1).data] as [number, number, number, number]
    }
    const light = ([r, g, b]: number[]) => {
      const [red, green, blue] = [r!, g!, b!].map((level) => (level / 255 <= 0.04045 ? level / 255 / 12.92 : ((level / 255 + 0.055) / 1.055) ** 2.4))
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
    }
    const behind = (element: Element): number[] => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        const colour = read(getComputedStyle(at).backgroundColor)
        if (colour[3] > 200) return colour
      }
      return [255, 255, 255]
    }
    return [...document.querySelectorAll('svg.icon, svg.mark-sun')]
      .filter((icon) => icon.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .filter((icon) => {
        const style = getComputedStyle(icon)
        const [one, two] = [light(read(style.stroke === 'none' ? style.fill : style.stroke)), light(behind(icon))]
        return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05) < 3 || icon.getBoundingClientRect().width < 12
      })
      .map((icon) => icon.parentElement!.outerHTML.replace(/\s+/g, ' ').slice(0, 110))
  })
  expect.soft(faint, `icons that are not seen on ${new URL(page.url()).pathname}`).toEqual([])
}

async function expectSeen(page: Page): Promise<void> {
  expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true)
  await expectChosenSeen(page)
  await expectIconsSeen(page)
}

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`${colorScheme} system`, () => {
    test.use({ colorScheme })

    test('what is chosen, and every icon, is seen on the main pages', async ({ page }) => {
      await page.goto('/')
      await expectSeen(page)
      await join(page)
      await page.request.post('/account/presets', { form: { name: 'Night fog', kind: 'look', text: 'fog over black water' } })
      const [one, two] = await make(page, { prompt: 'a paper boat in the rain', takes: 2 })
      for (const path of ['/account', '/account/presets', '/credits', '/library?view=list', '/library?show=ready', `/v/${one!.id}/compare/${two!.id}`]) {
        await page.goto(path)
        await expectSeen(page)
      }
      await test.step('the player with its loop on', async () => {
        await arrive(page, `/v/${one!.id}`)
        await expect(page.getByRole('button', { name: /^Loop/ })).toHaveAttribute('aria-pressed', 'true')
        await expectSeen(page)
      })
      await test.step('the library while many are selected', async () => {
        await page.goto('/library')
        await page.getByRole('button', { name: 'Select', exact: true }).click()
        await tiles(page).first().getByRole('checkbox').check()
        await tiles(page).last().getByRole('button', { name: 'Favourite' }).focus()
        await page.keyboard.press('Enter')
        await expect(page.locator('.star[aria-pressed="true"]')).toHaveCount(1)
        await expect(bar(page)).toBeVisible()
        await expectSeen(page)
        const outlined = await tiles(page).first().locator('.tile-screen').evaluate((screen) => getComputedStyle(screen).outlineStyle)
        expect(outlined, 'a selected tile has a frame').toBe('solid')
      })
      await test.step('the composer with a preset in the prompt', async () => {
        const composer = new Composer(page)
        await composer.open()
        await composer.form.getByRole('button', { name: 'Presets' }).click()
        await page.locator('.preset-chip').first().click()
        await expect(page.locator('.preset-chip').first()).toHaveAttribute('aria-pressed', 'true')
        await expectSeen(page)
      })
      await test.step('the palette and the sheet of keys', async () => {
        await page.goto('/account')
        await page.keyboard.press('Control+k')
        await expect(page.getByRole('option', { selected: true })).toBeVisible()
        await expectSeen(page)
        await page.keyboard.press('Escape')
        await expect(page.getByRole('dialog')).toBeHidden()
        await page.keyboard.press('?')
        await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
        await expectSeen(page)
      })
      await test.step('the tabs of a phone', async () => {
        await page.setViewportSize({ width: 390, height: 844 })
        for (const path of ['/library', '/create']) {
          await arrive(page, path)
          await expect(page.locator('.tabs [aria-current]')).toBeVisible()
          await expectSeen(page)
        }
      })
    })
  })
}

test('the focus is seen on everything that Tab reaches', async ({ page }) => {
  await join(page)
  const [one] = await make(page, { prompt: 'a paper boat in the rain' })
  for (const path of ['/create', '/library', `/v/${one!.id}`, '/account', '/account/presets', '/library/trash']) {
    await test.step(path, async () => {
      await arrive(page, path)
      for (let stop = 0; stop < 45; stop++) {
        await page.keyboard.press('Tab')
        if ((await expectFocusSeen(page)) === 'body') break
      }
    })
  }
  await test.step('the palette', async () => {
    await page.goto('/account')
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('combobox')).toBeFocused()
    await expectFocusSeen(page)
  })
})
