// The library beyond links and forms: older pages come by themselves and far ones leave the page, many are selected at once,
// arrow keys walk, and what is being made moves on. The server writes every tile; nothing here does.

import { number, t, tn } from './words.js'
import { hasEnded } from './work.js'

const form = document.getElementById('choose')
const walls = form?.querySelector('.walls')
const older = form?.querySelector('.older')
const said = document.getElementById('library-said')
const say = (words) => (said.textContent = words)
const text = async (address) => {
  const response = await fetch(address, { headers: { accept: 'text/html' } })
  if (response.redirected) location.reload()
  if (!response.ok) throw new Error(response.status)
  return response.text()
}

// Pages. Each is a list of its own. Those far from the window are emptied and keep their height; what they held is kept as
// text for a while, and asked for again after that.
const KEPT = 20
const pages = []
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const page = pages.find(({ list }) => list === target)
      if (isIntersecting) fill(page)
      else empty(page)
    }
    remember()
  },
  { rootMargin: '1600px 0px' },
)

function add(list) {
  const { address } = list.dataset
  const page = { list, address, more: list.dataset.more, ids: idsIn(list), html: '', filled: list.childElementCount > 0 }
  pages.push(page)
  near.observe(list)
  if (page.filled) mark(list)
  return page
}
const idsIn = (list) => [...list.querySelectorAll('[name=ids]')].map(({ value }) => value)

function empty(page) {
  if (!page?.filled || page.list.contains(document.activeElement)) return
  page.list.style.height = `${page.list.getBoundingClientRect().height}px`
  page.html = page.list.innerHTML
  page.list.replaceChildren()
  page.filled = false
  const kept = pages.filter(({ html }) => html)
  const far = (other) => Math.abs(pages.indexOf(other) - pages.indexOf(page))
  if (kept.length > KEPT) kept.sort((a, b) => far(b) - far(a))[0].html = ''
}

async function fill(page) {
  if (!page || page.filled || page.coming) return
  page.coming = true
  try {
    page.html ||= listOf(await text(page.address)).innerHTML
    page.list.innerHTML = page.html
    page.html = ''
    page.list.style.height = ''
    page.filled = true
    page.ids = idsIn(page.list)
    mark(page.list)
  } catch {
    // It is tried again when it comes near the next time.
  }
  page.coming = false
}

const listOf = (html) => new DOMParser().parseFromString(html, 'text/html').querySelector('.wall')

let coming = false
async function more() {
  const address = pages.at(-1).more
  if (!address || coming) return false
  coming = true
  let done = false
  const link = older.querySelector('a')
  link.textContent = t('Loading…')
  try {
    const list = document.adoptNode(listOf(await text(address)))
    walls.append(list)
    add(list)
    follow()
    ends()
    done = true
    // The way to the next may still be in view, and only a change is told.
    if (pages.at(-1).more) {
      sight.unobserve(older)
      sight.observe(older)
    }
    link.textContent = t('Older videos')
  } catch {
    link.textContent = t('Try again')
  }
  coming = false
  return done
}
const ends = () => (older.hidden = !pages.at(-1).more)
const sight = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && more(), { rootMargin: '800px 0px' })

// The place: a reload, and the way back, come to it again.
// A form that came back stands at another address.
const here = form?.querySelector('[name=next]').value
const PLACE = `library ${here}`
let later
function remember() {
  clearTimeout(later)
  later = setTimeout(() => {
    const heights = pages.map(({ list, address, more }) => ({ address, more, height: Math.round(list.getBoundingClientRect().height) }))
    sessionStorage.setItem(PLACE, JSON.stringify({ y: Math.round(scrollY), pages: heights }))
  }, 150)
}
async function comeBack() {
  const kind = performance.getEntriesByType('navigation')[0]?.type
  const again = sessionStorage.getItem('library again')
  sessionStorage.removeItem('library again')
  const place = kind === 'navigate' && again !== PLACE ? null : JSON.parse(sessionStorage.getItem(PLACE))
  if (!place) return
  history.scrollRestoration = 'manual'
  if (place.pages[1] && place.pages[1].address !== pages[0].more) {
    // Something came or went above: the pages begin elsewhere now.
    while (pages.length < place.pages.length && pages.at(-1).more) if (!(await more())) break
    scrollTo(0, place.y)
    return
  }
  for (const { address, more, height } of place.pages.slice(1)) {
    const list = document.createElement('ul')
    list.className = walls.firstElementChild.className
    Object.assign(list.dataset, { address, more })
    list.style.height = `${height}px`
    walls.append(list)
    add(list)
  }
  scrollTo(0, place.y)
}

// Selecting.
const chosen = new Set()
let last = null
function mark(list) {
  for (const box of list.querySelectorAll('[name=ids]')) {
    if (box.checked) chosen.add(box.value)
    box.checked = chosen.has(box.value)
  }
  count()
}
function choose(id, is) {
  if (is) chosen.add(id)
  else chosen.delete(id)
  const box = walls.querySelector(`[name=ids][value="${id}"]`)
  if (box) box.checked = is
}
const howMany = () => t('{n} selected', { n: number(chosen.size) })
function count() {
  form.toggleAttribute('data-some', chosen.size > 0)
  form.querySelector('.chosen-count b').textContent = howMany()
}
function clear() {
  for (const id of [...chosen]) choose(id, false)
  form.querySelector('.chosen-error').textContent = ''
  last = null
  count()
}
function toggle(id, { shiftKey }) {
  const is = !chosen.has(id)
  const all = pages.flatMap(({ ids }) => ids)
  const [from, to] = [all.indexOf(last), all.indexOf(id)].sort((a, b) => a - b)
  for (const one of shiftKey && from >= 0 ? all.slice(from, to + 1) : [id]) choose(one, is)
  last = id
  count()
  say(howMany())
}

// What is sent: also what is selected on pages that are not here now.
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
  const error = form.querySelector('.chosen-error')
  const many = chosen.size
  try {
    const response = await post(address, new URLSearchParams(new FormData(form)))
    if (!response.ok) {
      const { error: told } = await response.json()
      error.textContent = told.fields?.[0]?.message ?? told.message
      return
    }
  } catch {
    error.textContent = t('The server could not be reached. Try again.')
    return
  }
  if (address.endsWith('/out')) for (const id of chosen) walls.querySelector(`[data-id="${id}"]`)?.remove()
  if (address.endsWith('/favourite')) for (const id of chosen) star(walls.querySelector(`[data-id="${id}"] .star`), true)
  for (const menu of form.querySelectorAll('.bar-menu[open]')) {
    menu.open = false
    for (const field of menu.querySelectorAll('input, select')) field.value = ''
  }
  if (!walls.querySelector('.tile')) return location.assign(here)
  clear()
  say(tn(many, 'Done: 1 video.', 'Done: {n} videos.'))
  renew()
}

/** The collections with their counts, and what can be chosen of them, as they are now. */
async function renew() {
  const page = new DOMParser().parseFromString(await text(here), 'text/html')
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
async function favourite(button) {
  const is = button.getAttribute('aria-pressed') !== 'true'
  const address = button.getAttribute('formaction')
  star(button, is)
  const done = await post(address, new URLSearchParams({ ids: button.value })).catch(() => null)
  if (!done?.ok) star(button, !is)
  say(done?.ok ? (is ? t('Favourite') : t('No favourite any more')) : t('That did not work. Try again.'))
}

function clicked(event) {
  const box = event.target.closest('[name=ids]')
  if (box) {
    toggle(box.value, event)
    return
  }
  const button = event.target.closest('.star')
  if (button) {
    event.preventDefault()
    favourite(button)
    return
  }
  const link = event.target.closest('.tile-link')
  // With something selected, a press selects more. Enter (which has no detail) opens.
  if (link && chosen.size && event.detail && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    toggle(link.parentElement.dataset.id, event)
  }
}

// The keyboard, while the focus is on a tile.
function walk(link, key) {
  const links = [...walls.querySelectorAll('.tile-link')]
  const at = links.indexOf(link)
  if (key === 'Home') return links[0]
  if (key === 'End') return links.at(-1)
  const forward = getComputedStyle(link).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
  if (key === 'ArrowRight' || key === 'ArrowLeft') return links[at + (key === forward ? 1 : -1)]
  const { left, top } = link.getBoundingClientRect()
  const down = key === 'ArrowDown'
  const column = (other) => Math.abs(other.getBoundingClientRect().left - left) < 8
  const beyond = (other) => (down ? other.getBoundingClientRect().top > top + 8 : other.getBoundingClientRect().top < top - 8)
  const way = down ? links.slice(at + 1) : links.slice(0, at).reverse()
  return way.find((other) => beyond(other) && column(other)) ?? (down ? way.findLast(beyond) : undefined)
}
function pressed(event) {
  const link = event.target.closest?.('.tile-link')
  const tile = event.target.closest?.('.tile')
  if (!tile || event.altKey) return
  if ((event.ctrlKey || event.metaKey) && event.key === 'a') {
    event.preventDefault()
    for (const id of pages.flatMap(({ ids }) => ids)) choose(id, true)
    count()
    say(howMany())
    return
  }
  if (!link || event.ctrlKey || event.metaKey) return
  if (event.key === ' ' || event.key === 'x') toggle(tile.dataset.id, event)
  else if (event.key === 'f') favourite(tile.querySelector('.star'))
  else if (/^(Arrow|Home$|End$)/.test(event.key)) walk(link, event.key)?.focus()
  else return
  event.preventDefault()
  event.stopPropagation()
}

// What plays under the pointer or the focus.
let rest
function preview(event) {
  clearTimeout(rest)
  const link = event.target.closest?.('[data-video]')
  const inside = event.type === 'pointerover' || event.type === 'focusin'
  rest = setTimeout(() => play(inside ? link?.dataset.video : null), inside ? 120 : 0)
}
function play(id) {
  const frame = id && document.getElementById(`screen-${id}`)
  const playing = document.getElementById('preview')
  if ((playing?.parentElement ?? null) === (frame ?? null)) return
  playing?.remove()
  if (!frame || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const video = document.createElement('video')
  Object.assign(video, { id: 'preview', muted: true, loop: true, playsInline: true, src: `/media/${id}/video.mp4` })
  frame.append(video)
  // A browser may refuse to play; the poster stays then.
  video.play().catch(() => {})
}

// What is being made.
let stream
const making = () => walls.querySelector('[data-making]')
const words = new Map(form?.dataset.states.split('|').map((pair) => pair.split('=')))
function follow() {
  if (!making()) {
    stream?.close()
    stream = null
    return
  }
  if (stream) return
  stream = new EventSource('/events')
  // What happened between the page and the stream.
  stream.addEventListener('open', () => {
    for (const { dataset } of walls.querySelectorAll('[data-making]')) renewTile(dataset.making)
  })
  stream.addEventListener('generation', ({ data }) => advance(JSON.parse(data)))
}
function advance({ id, state, progress }) {
  const place = walls.querySelector(`[data-making="${id}"]`)
  if (!place) return
  if (hasEnded({ state })) return renewTile(id)
  place.querySelector('span').textContent = words.get(state)
  place.querySelector('b').textContent = state === 'queued' ? '' : `${progress} %`
  place.querySelector('progress').value = progress
}
async function renewTile(id) {
  const view = new URLSearchParams(location.search).get('view') ?? ''
  const html = await text(`/library/tile/${id}?view=${encodeURIComponent(view)}`).catch(() => '')
  const tile = walls.querySelector(`[data-id="${id}"]`)
  if (!html || !tile) return
  const fresh = new DOMParser().parseFromString(html, 'text/html').querySelector('li')
  const focused = tile.contains(document.activeElement)
  tile.replaceWith(fresh)
  if (focused) fresh.querySelector('a').focus({ preventScroll: true })
  mark(fresh)
  follow()
}

/** A form that came back here leaves the focus where the hand was. */
function takeFocus() {
  const id = sessionStorage.getItem('library focus')
  sessionStorage.removeItem('library focus')
  if (id) walls.querySelector(`[data-id="${id}"] a`)?.focus({ preventScroll: true })
}

function begin() {
  add(walls.querySelector('.wall'))
  comeBack()
  takeFocus()
  ends()
  sight.observe(older)
  follow()
  addEventListener('scroll', remember, { passive: true })
  addEventListener('pagehide', () => {
    stream?.close()
    stream = null
  })
  addEventListener('pageshow', ({ persisted }) => persisted && follow())
  older.addEventListener('click', (event) => {
    event.preventDefault()
    more()
  })
  walls.addEventListener('click', clicked)
  walls.addEventListener('keydown', pressed)
  form.querySelector('.chosen-bar').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.matches('.bar-sheet input')) return
    event.preventDefault()
    event.target.closest('.bar-sheet').querySelector('button').click()
  })
  for (const kind of ['pointerover', 'focusin', 'pointerleave', 'focusout']) walls.addEventListener(kind, preview)
  form.addEventListener('reset', (event) => {
    event.preventDefault()
    clear()
  })
  form.addEventListener('submit', (event) => {
    fields()
    if (!/^\/library\/(favourite|collect|tag|collections)/.test(event.submitter?.getAttribute('formaction'))) {
      // It comes back here, to this place.
      sessionStorage.setItem('library again', PLACE)
      return
    }
    event.preventDefault()
    act(event.submitter)
  })
  document.getElementById('one').addEventListener('submit', ({ submitter }) => {
    sessionStorage.setItem('library again', PLACE)
    const tile = submitter.closest('li')
    const goes = submitter.getAttribute('formaction') === '/library/trash'
    const next = goes ? (tile.nextElementSibling ?? tile.previousElementSibling) : tile
    sessionStorage.setItem('library focus', next?.dataset.id ?? '')
    if (goes) sessionStorage.setItem('library gone', tile.dataset.id)
  })
  // Undone: the focus goes back to what comes back.
  document.querySelector('output.notice form')?.addEventListener('submit', () => {
    sessionStorage.setItem('library again', PLACE)
    sessionStorage.setItem('library focus', sessionStorage.getItem('library gone') ?? '')
  })
  document.querySelector('.select-many').addEventListener('click', ({ currentTarget }) => {
    const on = form.toggleAttribute('data-selecting')
    currentTarget.setAttribute('aria-pressed', String(on))
    if (!on) clear()
  })
}
if (form) begin()

// Whether or not something hangs there: an order that is chosen is shown at once, and a menu closes when one looks elsewhere.
const order = document.querySelector('.order select')
order?.addEventListener('change', () => order.form.requestSubmit())
// Who was quicker than this module has chosen already. (On the way back a browser fills in what was chosen then.)
const shown = [...(order?.options ?? [])].find((option) => option.defaultSelected) ?? order?.options[0]
const isNew = performance.getEntriesByType('navigation')[0]?.type === 'navigate'
if (isNew && order && order.value !== shown.value) order.form.requestSubmit()
document.querySelector('.library')?.setAttribute('data-awake', '')
document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('.small-menu[open], .bar-menu[open]')) if (!menu.contains(target)) menu.open = false
})
document.addEventListener('keydown', ({ key, target }) => {
  if (key !== 'Escape' || target.closest?.('dialog')) return
  const open = document.querySelector('.small-menu[open], .bar-menu[open]')
  if (!open) {
    if (chosen.size) clear()
    return
  }
  open.open = false
  open.querySelector('summary').focus()
})
