// Where the keyboard's focus goes, and whether it is seen there.

import { expect, type Locator, type Page } from '@playwright/test'

/** Presses Tab until something has the focus, and looks at every stop on the way whether the focus is seen. */
export async function tabTo(page: Page, wanted: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const way: string[] = []
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press(key)
    way.push(await expectFocusSeen(page))
    if (await wanted.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`Tab does not lead there; it went over:\n${way.join('\n')}`)
}

/** The focused element, or what stands for it, looks different from how it looks without the focus; and is in sight. */
export async function expectFocusSeen(page: Page): Promise<string> {
  const { name, same, outside } = await page.evaluate(() => {
    const element = document.activeElement as HTMLElement
    const name = element.outerHTML.replace(/\s+/g, ' ').slice(0, 100)
    if (element === document.body) return { name: 'body', same: false, outside: false }
    // A hidden radio button is shown by its label, a text field by the frame of its form.
    const shownBy = [element, element.closest('label'), element.closest('form'), element.parentElement]
    const look = () =>
      shownBy.map((one) => {
        if (!one) return ''
        const style = getComputedStyle(one)
        const outline = style.outlineStyle === 'none' || style.outlineWidth === '0px' ? 'none' : `${style.outlineWidth} ${style.outlineColor}`
        return [outline, style.boxShadow, style.borderColor, style.backgroundColor, style.transform].join(';')
      })
    const focused = look()
    const box = element.getBoundingClientRect()
    const outside = box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth
    // Inside a player the focus goes over the browser's own buttons, which show it themselves.
    if (element instanceof HTMLVideoElement) return { name, same: element.matches(':focus-visible') && /^none/.test(look()[0]!), outside }
    element.blur()
    const blurred = look()
    // The keyboard's focus, not the script's.
    element.focus({ preventScroll: true, focusVisible: true } as FocusOptions)
    return { name, same: focused.join() === blurred.join(), outside }
  })
  expect(same, `the focus is not seen on ${name}`).toBe(false)
  expect(outside, `the focus is out of sight on ${name}`).toBe(false)
  return name
}
