// The library beyond links and forms: older pages come by themselves and far ones leave the document, many are selected at
// once, arrow keys walk, and what is being made moves on. The server writes every tile; nothing here does.

import './preview.js'
import * as making from './library/making.js'
import * as pages from './library/pages.js'
import { comesBack, form, leave, left, walls } from './library/parts.js'
import * as selecting from './library/selecting.js'
import { pressed } from './library/walking.js'
import { work } from './work.js'

/** A form that came back here leaves the focus where the hand was. */
function takeFocus() {
  const id = left()
  if (id) walls.querySelector(`[data-id="${id}"] a`)?.focus({ preventScroll: true })
}

const TYPED = 'input:not([type="checkbox"]), textarea, select, dialog'

function clicked(event) {
  const box = event.target.closest('input[name=ids]')
  if (box) return selecting.toggle(box.value, event)
  const button = event.target.closest('.star')
  if (button) {
    event.preventDefault()
    selecting.favourite(button)
    return
  }
  const link = event.target.closest('.tile-link')
  // With something selected, a press selects more. Enter (which has no detail) opens.
  if (link && selecting.isSome() && event.detail && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    selecting.toggle(link.parentElement.dataset.id, event)
  }
}

/** What happens to one video by its own buttons is a form that comes back. */
function oneSubmitted({ submitter }) {
  pages.returnHere()
  const tile = submitter.closest('li')
  const goes = submitter.getAttribute('formaction') === '/library/trash'
  const next = goes ? (tile.nextElementSibling ?? tile.previousElementSibling) : tile
  leave(goes && tile.dataset.id, next?.dataset.id)
}

if (form) {
  making.begin()
  pages.begin()
  selecting.begin()
  takeFocus()
  walls.addEventListener('click', clicked)
  walls.addEventListener('keydown', pressed)
  document.getElementById('one').addEventListener('submit', oneSubmitted)
  document.querySelector('output.notice form')?.addEventListener('submit', () => {
    pages.returnHere()
    comesBack()
  })
}

// The first video of all: what hangs there now is the server's to write.
if (document.querySelector('.page.library .blank') && !location.search) document.addEventListener('aisora:work', () => work.cards.length && location.reload())

// Whether or not something hangs there: an order that is chosen is shown at once, and a menu closes when one looks elsewhere.
const order = document.querySelector('.order select')
order?.addEventListener('change', () => order.form.requestSubmit())
// Who was quicker than this module has chosen already. On the way back a browser fills in what was chosen then, early or late.
const shown = [...(order?.options ?? [])].find((option) => option.defaultSelected) ?? order?.options[0]
const isNew = performance.getEntriesByType('navigation')[0]?.type === 'navigate'
if (isNew && order && order.value !== shown.value) order.form.requestSubmit()
const asShown = ({ persisted }) => {
  if (order && (persisted || !isNew)) order.value = shown.value
}
asShown({ persisted: false })
addEventListener('pageshow', asShown)
document.querySelector('.library')?.setAttribute('data-awake', '')
document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('.small-menu[open], .bar-menu[open]')) if (!menu.contains(target)) menu.open = false
})
document.addEventListener('keydown', (event) => {
  const { key, target } = event
  // Also where a checkbox that was clicked has no focus (Safari).
  if (key === 'a' && (event.ctrlKey || event.metaKey) && !event.defaultPrevented && !target.closest?.(TYPED) && selecting.isSome()) {
    event.preventDefault()
    selecting.selectAll()
    return
  }
  if (key !== 'Escape' || target.closest?.('dialog')) return
  const open = document.querySelector('.small-menu[open], .bar-menu[open]')
  if (!open) {
    if (selecting.isSome()) selecting.unselect()
    return
  }
  open.open = false
  open.querySelector('summary').focus()
})
