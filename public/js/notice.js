// What was just said at the edge of the page goes after ten seconds, but not while somebody points at it or is inside it.
// Ctrl+Z (or Cmd+Z) undoes while it is offered. Nothing is taken out of the page: parts of it belong to the program.

import { t } from './words.js'

export const UNREACHED = t('The server could not be reached. Try again.')

/** Says something at the edge of the page. */
export function say(words) {
  const place = document.querySelector('output.notice')
  if (!place) return
  // What can be undone stays so.
  const line = place.querySelector('p') ?? place.appendChild(document.createElement('p'))
  line.textContent = words
}
/** Something did not come, because there is no line. */
export const sayUnreached = () => say(UNREACHED)

const SHOWN = 10_000
for (const place of document.querySelectorAll('output.notice')) {
  let timer
  const inUse = () => place.matches(':hover') || place.contains(document.activeElement)
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(() => (inUse() ? later() : place.classList.add('gone')), SHOWN)
  }
  const fresh = () => {
    place.classList.remove('gone')
    if (place.childElementCount) later()
  }
  new MutationObserver(fresh).observe(place, { childList: true, subtree: true, characterData: true })
  fresh()
}

document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'z' || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return
  if (event.target.closest?.('input, textarea, select, [contenteditable]')) return
  const undo = [...document.querySelectorAll('output.notice:not(.gone) button')].at(-1)
  if (!undo) return
  event.preventDefault()
  undo.click()
})
