// Keys that do things. One table: what is pressed, what the sheet behind `?` tells, and what the palette knows of keys.

import { isConverting } from './ime.js'
import { sayUnreached } from './notice.js'
import { t } from './words.js'
import { isHere } from './work.js'

const OFF = 'aisora-keys'
const FOCUS = 'aisora-focus'
/** Two keys of one shortcut come within so many milliseconds. */
const PATIENCE = 1_200
/** How long, in milliseconds, a page may take to show the field that is to have the focus. */
const ARRIVES_WITHIN = 10_000

export const areOn = () => localStorage.getItem(OFF) !== 'off'
export const turn = (on) => localStorage.setItem(OFF, on ? 'on' : 'off')

const one = (selector) => document.querySelector(selector)
/** The first that is shown. */
export const seen = (selector) => [...document.querySelectorAll(selector)].find((element) => element.checkVisibility())
const at = (pattern) => pattern.test(location.pathname)
const isWall = () => at(/^\/library$/) && one('.tile-link')
const hasPlayer = () => !!one('.player-bar[data-video], .compare-bar')
export const isVideo = () => at(/^\/v\/[^/]+$/)

/** Changes to a page in place where a link of the frame can, else loads it. Afterwards a field may get the focus. */
export function go(address, field) {
  if (field) sessionStorage.setItem(FOCUS, field)
  const link = location.pathname !== address && one(`.room[href="${address}"]:not([rel])`)
  if (link) link.click()
  else if (location.pathname !== address) return location.assign(address)
  if (field) arrive()
}

/** Puts the focus where the last page sent it, as soon as that is there, unless somebody presses elsewhere meanwhile. */
function arrive() {
  const field = sessionStorage.getItem(FOCUS)
  if (!field) return
  const until = Date.now() + ARRIVES_WITHIN
  const look = setInterval(() => {
    const found = one(field)
    found?.focus()
    if (found || Date.now() > until) stop()
  }, 50)
  const stop = () => {
    clearInterval(look)
    sessionStorage.removeItem(FOCUS)
    removeEventListener('pointerdown', stop)
  }
  addEventListener('pointerdown', stop)
}
arrive()

/** Dark, light, as the system: the switch knows how. */
export const theme = (value) => one(`.theme-switch button[value="${value}"]`)?.click()
function nextTheme() {
  const order = ['auto', 'light', 'dark']
  const now = one('.theme-switch button[aria-pressed="true"]')?.value
  theme(order[(order.indexOf(now) + 1) % order.length])
}

export async function sheet() {
  try {
    const { open } = await import('./sheet.js')
    open()
  } catch {
    sayUnreached()
  }
}

/** What is typed while the palette is still being fetched; it belongs into its field. */
let ahead
export async function palette() {
  ahead = ''
  try {
    const { open } = await import('./palette.js')
    open(ahead)
  } catch {
    sayUnreached()
  } finally {
    ahead = undefined
  }
}

const PROMPT = '#prompt'
const SEARCH = 'input[type="search"]'
const press = (selector) => () => seen(selector)?.click()
const always = () => true

/** `keys` are pressed one after the other; without `run`, somebody else listens for them, and the sheet tells. */
export const table = [
  { section: t('Everywhere'), keys: '?', words: t('These shortcuts'), run: sheet },
  { section: t('Everywhere'), keys: 'Mod+k', words: t('Search videos, pages and commands'), run: palette },
  { section: t('Everywhere'), keys: 'n', words: t('New video'), when: () => isHere, run: () => go('/create', PROMPT) },
  { section: t('Everywhere'), keys: '/', words: t('Search the library'), when: () => isHere, run: () => (seen(SEARCH) ? seen(SEARCH).focus() : go('/library', SEARCH)) },
  { section: t('Everywhere'), keys: 'q', words: t('Open or close the work in progress'), when: () => seen('.strip summary'), run: press('.strip summary') },
  { section: t('Everywhere'), keys: 't', words: t('Theme: as the system, light, dark'), run: nextTheme },
  { section: t('Go to'), keys: 'g c', words: t('Create'), when: () => isHere, run: () => go('/create') },
  { section: t('Go to'), keys: 'g l', words: t('Library'), when: () => isHere, run: () => go('/library') },
  { section: t('Go to'), keys: 'g m', words: t('Credits (money)'), when: () => isHere, run: () => go('/credits') },
  { section: t('Go to'), keys: 'g a', words: t('Account'), when: () => isHere, run: () => go('/account') },
  { section: t('Go to'), keys: 'g h', words: t('Start'), run: () => go('/') },
  { section: t('Create'), keys: 'Mod+Enter', words: t('Create, from the prompt'), when: () => at(/^\/create$/) },
  { section: t('Create'), keys: 'ArrowUp', words: t('At the start of the prompt: what you asked for before'), when: () => at(/^\/create$/) },
  { section: t('Library'), keys: 'Arrows', words: t('From video to video'), when: isWall },
  { section: t('Library'), keys: 'x', words: t('Select the video, or no longer'), when: isWall },
  { section: t('Library'), keys: 'X', words: t('Select all from the last one to this'), when: isWall },
  { section: t('Library'), keys: 'Mod+a', words: t('Select all'), when: isWall },
  { section: t('Library'), keys: 'f', words: t('Favourite, or no longer'), when: isWall },
  { section: t('Library'), keys: 'Mod+z', words: t('Take back what was just deleted'), when: () => one('output.notice:not(.gone) button') },
  { section: t('Player'), keys: 'k', words: t('Play or pause (space too)'), when: hasPlayer },
  { section: t('Player'), keys: 'j', words: t('A stretch back, at most ten seconds'), when: hasPlayer },
  { section: t('Player'), keys: 'l', words: t('A stretch on'), when: hasPlayer },
  { section: t('Player'), keys: 'ArrowLeft', words: t('Half a stretch back'), when: hasPlayer },
  { section: t('Player'), keys: 'ArrowRight', words: t('Half a stretch on'), when: hasPlayer },
  { section: t('Player'), keys: '[', words: t('Slower'), when: () => isVideo() && hasPlayer() },
  { section: t('Player'), keys: ']', words: t('Faster'), when: () => isVideo() && hasPlayer() },
  { section: t('Player'), keys: '0', words: t('To the beginning; 1 to 9 to that tenth'), when: hasPlayer },
  { section: t('Video'), keys: 'd', words: t('Download'), when: isVideo, run: press('main a[download]') },
  { section: t('Video'), keys: 'a', words: t('Make another'), when: isVideo, run: press('main a[href^="/create?from="]') },
  { section: t('Video'), keys: 'P', words: t('Take before'), when: () => seen('a.take-prev'), run: press('a.take-prev') },
  { section: t('Video'), keys: 'N', words: t('Next take'), when: () => seen('a.take-next'), run: press('a.take-next') },
]

/** The rows that mean something here and now. */
export const here = () => table.filter(({ when = always }) => when())

/** What other modules listen for: they write it at the button that does the same. */
export const written = () =>
  [...document.querySelectorAll('main [aria-keyshortcuts]')]
    .filter((element) => element.checkVisibility())
    .flatMap((element) => {
      const words = element.ariaLabel || element.title || element.closest('label')?.textContent || element.textContent
      const each = element.getAttribute('aria-keyshortcuts').split(' ')
      return each.map((keys) => ({ section: t('On this page'), keys, words: words.trim() }))
    })

// What was closed this moment may still have the focus; nobody types there.
const isField = (element) => element.checkVisibility?.() && element.closest('input, textarea, select, video, [contenteditable]:not([contenteditable="false"]), [role="listbox"]')

let begun = ''
let timer
function forget() {
  clearTimeout(timer)
  begun = ''
}

document.addEventListener(
  'keydown',
  (event) => {
    const { key, target } = event
    if (isConverting(event) || event.defaultPrevented) return
    if (ahead !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (key === 'Backspace') ahead = ahead.slice(0, -1)
      else if (key.length === 1) ahead += key
      event.preventDefault()
      event.stopImmediatePropagation()
      return
    }
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key.toLowerCase() === 'k') {
      event.preventDefault()
      forget()
      return void palette()
    }
    if (event.ctrlKey || event.metaKey || event.altKey || key.length > 1 || isField(target)) return
    if (!areOn()) {
      // Whoever else listens for letters at the document: they are switched off too. Space is no letter.
      if (key !== ' ') event.stopImmediatePropagation()
      return
    }
    // A dialog has its own keys.
    if (one('dialog[open]')) return
    const letter = event.shiftKey ? key : key.toLowerCase()
    const typed = begun ? `${begun} ${letter}` : letter
    const rows = here().filter(({ run }) => run)
    const row = rows.find(({ keys }) => keys === typed)
    const goesOn = rows.some(({ keys }) => keys.startsWith(`${typed} `))
    const inside = begun !== ''
    forget()
    if (!row && !goesOn && !inside) return
    // The second key of two means nothing else.
    event.preventDefault()
    event.stopImmediatePropagation()
    if (goesOn) {
      begun = typed
      timer = setTimeout(forget, PATIENCE)
    } else if (row && !event.repeat) row.run()
  },
  { capture: true },
)

document.addEventListener('click', ({ target }) => {
  const opens = target.closest?.('[data-opens]')?.dataset.opens
  if (opens === 'palette') palette()
  if (opens === 'keys') sheet()
})
