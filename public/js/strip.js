// The strip at the lower edge: one line of all work, and in its panel a row for each. The rows are there only while the
// panel is open, so that progress costs a page nothing but the line.

import { t } from './words.js'
import { cancel, going, hasEnded, isHere, now, work } from './work.js'
import { percent, STATES, still, summed, timing, together } from './said.js'

const NEWS = 300_000
const SEEN = 'aisora-seen'
const OPEN = 'aisora-strip'
// More than a snapshot carries.
const REMEMBERED = 400

const strip = document.getElementById('strip')
const more = strip?.querySelector('details')
const list = strip?.querySelector('.strip-rows')
const model = document.getElementById('strip-row')?.content.firstElementChild
const find = (name) => strip.querySelector(name)
const put = (element, text) => element.textContent !== text && (element.textContent = text)

const seen = () => JSON.parse(localStorage.getItem(SEEN) ?? '[]')
function see(ids) {
  const known = seen()
  const fresh = ids.filter((id) => !known.includes(id))
  if (fresh.length) localStorage.setItem(SEEN, JSON.stringify([...fresh, ...known].slice(0, REMEMBERED)))
}

/** What ended lately and nobody has looked at yet. */
function news() {
  const [known, time] = [seen(), now()]
  return work.cards.filter(
    (card) => hasEnded(card) && card.state !== 'cancelled' && time - card.finished_at < NEWS && !known.includes(card.id),
  )
}

/** The room where it was made shows it, and so does its page. */
function lookAround() {
  if (document.hidden) return
  const page = /^\/v\/([^/]+)$/.exec(location.pathname)
  if (page) see([page[1]])
  else if (location.pathname === '/create') see(work.cards.filter(hasEnded).map((card) => card.id))
}

function fill(row, card) {
  const [ends, ready] = [hasEnded(card), card.state === 'succeeded']
  row.dataset.state = card.state
  const [state, far, times] = row.querySelector('.strip-state').children
  put(state, STATES[card.state])
  put(far, ends || card.state === 'queued' ? '' : `${percent(card)} %`)
  put(times, timing(card, now()))
  const bar = row.querySelector('progress')
  bar.value = percent(card)
  bar.hidden = row.querySelector('.strip-cancel').hidden = ends
  row.querySelector('.strip-open').hidden = !ready
  row.querySelector('.strip-again').hidden = !ends || ready
}

function rowOf(card) {
  const row = model.cloneNode(true)
  row.dataset.id = card.id
  const words = row.querySelector('.strip-words')
  words.textContent = card.title || card.prompt
  words.href = row.querySelector('.strip-open').href = `/v/${card.id}`
  row.querySelector('.strip-again').href = `/create?from=${card.id}`
  row.querySelector('form').action = `/v/${card.id}/cancel`
  return row
}

function rows(cards) {
  const known = new Map([...list.children].map((row) => [row.dataset.id, row]))
  cards.forEach((card, place) => {
    const row = known.get(card.id) ?? rowOf(card)
    known.delete(card.id)
    fill(row, card)
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null)
  })
  for (const row of known.values()) row.remove()
}

let tick
function show() {
  lookAround()
  const [alive, ended] = [going(), news()]
  strip.hidden = !alive.length && !ended.length
  strip.toggleAttribute('data-news', !alive.length)
  strip.toggleAttribute('data-none-made', !alive.length && ended.every((card) => card.state !== 'succeeded'))
  put(find('.strip-line'), summed(alive, ended))
  const far = alive.length ? together(alive) : 100
  put(find('.strip-far'), alive.length ? `${far} %` : '')
  find('summary progress').value = far
  put(find('.strip-left'), still(alive, now()))
  if (more.open) rows([...alive, ...ended])
  const ticks = !strip.hidden && !document.hidden
  if (!ticks) tick = clearInterval(tick)
  else tick ??= setInterval(show, 1_000)
}

if (isHere && strip) {
  strip.dataset.awake = ''
  // Who was quicker than this module has opened it already.
  // It stays open from page to page, but for where it would lie over what is typed or over a whole telephone.
  const isInTheWay = () => !!document.querySelector('form.composer') || matchMedia('(max-width: 700px)').matches
  more.open ||= localStorage.getItem(OPEN) === 'open' && !isInTheWay()
  if (!more.open) list.replaceChildren()
  more.addEventListener('toggle', () => {
    localStorage.setItem(OPEN, more.open ? 'open' : 'shut')
    if (more.open) return show()
    list.replaceChildren()
    see(news().map((card) => card.id))
    show()
  })
  find('.strip-away').addEventListener('click', () => {
    see(news().map((card) => card.id))
    show()
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !more.open || event.defaultPrevented || document.querySelector('dialog[open]')) return
    if (strip.contains(document.activeElement)) find('summary').focus()
    more.open = false
  })
  document.addEventListener('focusin', ({ target }) => {
    if (target.closest('form.composer')) more.open = false
  })
  list.addEventListener('click', ({ target }) => {
    const link = target.closest('a')
    if (link) see([link.closest('li').dataset.id])
  })
  list.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = event.target.querySelector('button')
    if (button.ariaDisabled) return
    button.ariaDisabled = 'true'
    button.textContent = t('Cancelling…')
    // When it ended meanwhile, or the line is down, the stream or the next snapshot tells.
    await cancel(event.target.closest('li').dataset.id).catch(() => {})
    button.ariaDisabled = null
    button.textContent = t('Cancel')
  })
  document.addEventListener('aisora:work', show)
  document.addEventListener('visibilitychange', show)
  // Pages that change in place: another page has been looked at now.
  window.navigation?.addEventListener('navigatesuccess', show)
  addEventListener('storage', ({ key }) => key === SEEN && show())
  show()
}
