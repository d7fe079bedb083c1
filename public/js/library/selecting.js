// Many videos selected at once, also on pages that are not in the document just now, and what is done with them.

import { isConverting } from '../ime.js'
import { UNREACHED } from '../notice.js'
import { number, t, tn } from '../words.js'
import { everyId, here, returnHere, takeOut, tileOf } from './pages.js'
import { arrivals, form, idsIn, leave, read, say, trouble, walls } from './parts.js'

const chosen = new Set()
let last = null
// Whether more would have been selected, had it been possible.
let isMost = false

/** Whether anything is selected. */
export const isSome = () => chosen.size > 0

arrivals.push((element) => {
  for (const box of element.querySelectorAll('input[name=ids]')) {
    if (box.checked) chosen.add(box.value)
    box.checked = chosen.has(box.value)
  }
  count()
})

function choose(id, is) {
  if (is) chosen.add(id)
  else chosen.delete(id)
  const box = tileOf(id)?.querySelector('input[name=ids]')
  if (box) box.checked = is
}

function howMany() {
  const n = number(chosen.size)
  return isMost ? t('{n} selected, the most at once', { n }) : t('{n} selected', { n })
}
function count() {
  form.toggleAttribute('data-some', chosen.size > 0)
  form.querySelector('.chosen-two').hidden = chosen.size !== 2
  form.querySelector('.chosen-count b').textContent = howMany()
}

export function clear() {
  for (const id of [...chosen]) choose(id, false)
  wrong('')
  last = null
  isMost = false
  count()
}

/** Nothing is selected any more, and that is said. */
export function unselect() {
  clear()
  say(t('Nothing is selected.'))
}

/** Selects a video or no longer; with shift, all from the last one to it. */
export function toggle(id, { shiftKey }) {
  const is = !chosen.has(id)
  isMost = false
  const all = everyId()
  const [from, to] = [all.indexOf(last), all.indexOf(id)].sort((a, b) => a - b)
  for (const one of shiftKey && from >= 0 ? all.slice(from, to + 1) : [id]) choose(one, is)
  last = id
  count()
  say(howMany())
}

/** Selects all that the library shows here, also what has not come yet: as much of it as can be chosen at once. */
export async function selectAll() {
  try {
    const response = await fetch(here.replace('/library', '/library/ids'))
    if (response.redirected) return location.reload()
    if (!response.ok) throw new Error(response.status)
    const { ids, more } = await response.json()
    clear()
    for (const id of ids) choose(id, true)
    isMost = more
    count()
    say(howMany())
  } catch {
    if (isSome()) wrong(UNREACHED)
    else trouble(UNREACHED)
  }
}

/** What did not work, where the acts are. */
const wrong = (words) => (form.querySelector('.chosen-error').textContent = words)

/** The form sends what is in the document: what is selected elsewhere goes with it. */
function fields() {
  const shown = new Set(idsIn(walls))
  for (const old of form.querySelectorAll('.far')) old.remove()
  for (const id of chosen) {
    if (shown.has(id)) continue
    const field = document.createElement('input')
    Object.assign(field, { type: 'hidden', name: 'ids', value: id, className: 'far' })
    form.append(field)
  }
}

const post = (address, body) => fetch(address, { method: 'POST', body, headers: { accept: 'application/json' } })

async function act(button) {
  const address = button.getAttribute('formaction')
  const many = chosen.size
  try {
    const response = await post(address, new URLSearchParams(new FormData(form)))
    if (!response.ok) {
      const { error: told } = await response.json()
      wrong(told.fields?.[0]?.message ?? told.message)
      return
    }
  } catch {
    wrong(UNREACHED)
    return
  }
  const go = /\/(out|move)$/.test(address)
  const next = tileOf(go ? besides() : [...chosen][0])
  if (go) for (const id of chosen) takeOut(id)
  if (address.endsWith('/favourite')) for (const id of chosen) star(tileOf(id)?.querySelector('.star'), true)
  for (const menu of form.querySelectorAll('.bar-menu[open]')) {
    menu.open = false
    for (const field of menu.querySelectorAll('input, select')) field.value = ''
  }
  // What is shown may have been chosen by the tag that went.
  const isOther = address.endsWith('/untag') && new URLSearchParams(location.search).has('tag')
  if (isOther || !walls.querySelector('.tile')) {
    leave('', besides())
    returnHere()
    return location.assign(here)
  }
  const hand = form.querySelector('.chosen-bar').contains(document.activeElement)
  clear()
  // The bar goes, and must not take the focus with it.
  if (hand) toTile(next)
  say(tn(many, 'Done: 1 video.', 'Done: {n} videos.'))
  // What it shows of collections may be old until the next page.
  renew().catch(() => {})
}

/** Puts the focus on a tile, or on the first one where that has left the document. */
function toTile(tile) {
  const there = tile?.isConnected ? tile : walls.querySelector('.tile')
  there?.querySelector('a').focus({ preventScroll: true })
}

/** The video that stands after the first chosen one, or before it, and is not chosen itself. */
export function besides() {
  const all = everyId()
  const first = all.findIndex((id) => chosen.has(id))
  return all.slice(first).find((id) => !chosen.has(id)) ?? all.slice(0, Math.max(first, 0)).at(-1)
}

/** The first of those that are chosen, in their order. */
export const firstChosen = () => everyId().find((id) => chosen.has(id))

/** The collections with their counts, and what can be chosen of them, as they are now. */
async function renew() {
  const page = await read(here)
  for (const part of document.querySelectorAll('[data-fresh]')) {
    const fresh = page.querySelector(`[data-fresh=${part.dataset.fresh}]`)
    if (fresh) part.replaceWith(fresh)
  }
}

function star(button, is) {
  if (!button) return
  button.setAttribute('aria-pressed', String(is))
  button.setAttribute('formaction', is ? '/library/unfavourite' : '/library/favourite')
}

/** Makes the video of a star a favourite, or no longer. */
export async function favourite(button) {
  const is = button.getAttribute('aria-pressed') !== 'true'
  const address = button.getAttribute('formaction')
  star(button, is)
  const done = await post(address, new URLSearchParams({ ids: button.value })).catch(() => null)
  if (done?.ok) return say(is ? t('Favourite') : t('No favourite any more'))
  star(button, !is)
  trouble(t('That did not work. Try again.'))
}

export function begin() {
  form.querySelector('.chosen-bar').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || isConverting(event) || !event.target.matches('.bar-sheet input')) return
    event.preventDefault()
    event.target.closest('.bar-sheet').querySelector('button').click()
  })
  const all = form.querySelector('.select-all')
  all.hidden = false
  all.addEventListener('click', selectAll)
  form.addEventListener('reset', (event) => {
    event.preventDefault()
    const hand = form.querySelector('.chosen-bar').contains(document.activeElement)
    const first = tileOf(firstChosen())
    unselect()
    if (hand) toTile(first)
  })
  form.addEventListener('submit', (event) => {
    fields()
    const address = event.submitter?.getAttribute('formaction')
    if (!/^\/library\/(favourite|collect|tag|untag|collections)/.test(address)) {
      if (address === '/library/trash') leave(firstChosen(), besides())
      return returnHere()
    }
    event.preventDefault()
    act(event.submitter)
  })
  document.querySelector('.select-many').addEventListener('click', ({ currentTarget }) => {
    const on = form.toggleAttribute('data-selecting')
    currentTarget.setAttribute('aria-pressed', String(on))
    if (!on) unselect()
  })
}
