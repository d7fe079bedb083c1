// The work of this person as the page's modules know it: from the page first, then from events and snapshots, whoever
// brings them. Tells the document by `aisora:work`, with what has ended since the last time.

import { person } from './whose.js'

const TOLD_EVERY = 250
const ENDS = ['succeeded', 'failed', 'blocked', 'cancelled']
const paper = document.getElementById('work')

/** Whether somebody is signed in here. */
export const isHere = paper !== null

/** Work that has not ended, oldest first, then what ended most lately; and the last event that this contains. */
export const work = paper ? JSON.parse(paper.textContent) : { seq: 0, cards: [], now: 0 }

let ahead = work.now - Date.now()
let ended = []
let timer

/** The server's clock, in milliseconds. */
export const now = () => Date.now() + ahead
export const hasEnded = (card) => ENDS.includes(card.state)
export const going = () => work.cards.filter((card) => !hasEnded(card))

function tell() {
  timer ??= setTimeout(() => {
    timer = undefined
    document.dispatchEvent(new CustomEvent('aisora:work', { detail: ended.splice(0) }))
  }, TOLD_EVERY)
}

/** Takes over a snapshot, unless events were faster. */
export function adopt(snapshot) {
  if (snapshot.of !== person) {
    dispatchEvent(new CustomEvent('aisora:person', { detail: snapshot.of }))
    return
  }
  if (snapshot.seq < work.seq) {
    // Events know the others better.
    const fresh = snapshot.cards.filter((card) => !hasEnded(card) && !work.cards.some((known) => known.id === card.id))
    work.cards.splice(going().length, 0, ...fresh)
    if (fresh.length) tell()
    return
  }
  const went = new Set(going().map((card) => card.id))
  ended.push(...snapshot.cards.filter((card) => hasEnded(card) && went.has(card.id)))
  ahead = Math.max(ahead, snapshot.now - Date.now())
  Object.assign(work, snapshot)
  tell()
}

/** Takes one event as the stream brought it. Answers whether a snapshot must tell the rest. */
export function take(text) {
  const event = JSON.parse(text)
  if (!event.seq) {
    // Our place in the events is none of this server's: the next snapshot counts, whatever its number.
    work.seq = 0
    return true
  }
  if (event.seq <= work.seq) return false
  const hole = event.seq !== work.seq + 1
  work.seq = event.seq
  ahead = Math.max(ahead, event.at - Date.now())
  const card = work.cards.find((card) => card.id === event.id)
  if (!card) return true
  const went = !hasEnded(card)
  const { state, progress, reason, at } = event
  Object.assign(card, { state, progress, reason })
  if (state === 'queued') card.started_at = null
  else card.started_at ??= at
  if (hasEnded(card)) {
    card.finished_at = at
    card.poster ||= state === 'succeeded'
    if (went) ended.push(card)
  }
  tell()
  return hole || hasEnded(card)
}

/** Asks the server how things stand. Answers false when nobody is signed in any more. */
export async function ask() {
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const answer = await fetch('/api/generation/snapshot', { method: 'POST', headers, body: '{}' })
  if (answer.ok) {
    const snapshot = await answer.json()
    adopt(snapshot)
    return snapshot
  }
  if (answer.status === 401) return false
  throw new Error(`the snapshot answers ${answer.status}`)
}

/** Stops one piece of work; it costs nothing. That it ended is told by the stream. */
export const cancel = (id) =>
  fetch('/api/generation/cancel', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  })
