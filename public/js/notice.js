// What was just said at the edge of the page goes after ten seconds, but not while somebody points at it or is inside it.
// Ctrl+Z (or Cmd+Z) undoes while it is offered. Nothing is taken out of the page: parts of it belong to the program.

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

// A tile that goes takes the focus with it: it moves on to the neighbour, and back when the tile comes back.
const link = (tile) => tile?.querySelector('a')
const soon = (done, tries = 40) => {
  if (!done() && tries > 0) setTimeout(soon, 25, done, tries - 1)
}
document.addEventListener(
  'click',
  ({ target }) => {
    const tile = target.closest?.('[data-delete]')?.closest('li')
    if (tile) {
      const next = link(tile.nextElementSibling) ?? link(tile.previousElementSibling)
      soon(() => {
        if (tile.isConnected) return false
        if (document.activeElement === document.body) (next ?? document.getElementById('main')).focus({ preventScroll: true })
        return true
      })
    }
    const back = target.closest?.('[data-undo]')?.dataset.undo
    if (back) {
      soon(() => {
        const found = link(document.querySelector(`[data-delete="${CSS.escape(back)}"]`)?.closest('li'))
        found?.focus()
        return found
      })
    }
  },
  true,
)
