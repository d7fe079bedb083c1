// Tiles of what is being made move on with the work that this page hears of; when it has ended, the server writes the tile.

import { percent, STATES } from '../said.js'
import { hasEnded, work } from '../work.js'
import { bringIn, everyId } from './pages.js'
import { arrivals, arrived, read, walls } from './parts.js'

/** Of these nothing is known here: the server was asked once. */
const asked = new Set()
const coming = new Set()

function advance() {
  for (const place of walls.querySelectorAll('[data-making]')) {
    const id = place.dataset.making
    const card = work.cards.find((card) => card.id === id)
    if (card && !hasEnded(card)) show(place, card)
    else if (!coming.has(id) && (card || !asked.has(id))) renew(id)
  }
}

function show(place, card) {
  const bar = place.querySelector('progress')
  if (place.dataset.state === card.state && bar.value === percent(card)) return
  place.dataset.state = card.state
  place.querySelector('span').textContent = STATES[card.state]
  place.querySelector('b').textContent = card.state === 'queued' ? '' : `${percent(card)} %`
  bar.value = percent(card)
}

/** What is new hangs first, where everything hangs in the order of its coming. */
async function welcome() {
  const asks = new URLSearchParams(location.search)
  asks.delete('view')
  if (asks.size) return
  // Some are ready before this page hears of them. Ids carry the time: what is newer than the first here hangs before it.
  const [newest = ''] = everyId()
  for (const id of work.cards.map(({ id }) => id).filter((id) => id > newest).sort()) {
    if (coming.has(id)) continue
    const fresh = await written(id)
    if (fresh) bringIn(id, fresh)
  }
}

/** A tile as the server writes it now. */
async function written(id) {
  coming.add(id)
  const view = new URLSearchParams(location.search).get('view') ?? ''
  const fresh = await read(`/library/tile/${id}?view=${encodeURIComponent(view)}`).then(
    (page) => page.querySelector('li'),
    () => null,
  )
  coming.delete(id)
  return fresh
}

async function renew(id) {
  asked.add(id)
  const fresh = await written(id)
  const tile = walls.querySelector(`[data-id="${id}"]`)
  if (!fresh || !tile) return
  const focused = tile.contains(document.activeElement)
  tile.replaceWith(fresh)
  if (focused) fresh.querySelector('a').focus({ preventScroll: true })
  arrived(fresh)
}

export function begin() {
  arrivals.push(advance)
  document.addEventListener('aisora:work', () => {
    advance()
    welcome()
  })
}
