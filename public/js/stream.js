// How pages without the studio's program hear of work: the event stream, and polling with back-off while there is none.
// The same as `src/components/live/connection.rs` does on the others.

import { STATES } from './said.js'
import { number, t } from './words.js'
import { ask, going, isHere, take, work } from './work.js'

const WAIT_FIRST = 2_000
const WAIT_MOST = 30_000
const BACK_WITHIN = 3_000
const PLACES_EVERY = 5_000
// Browsers allow six connections for all tabs together: a tab that nobody looks at gives its own back.
const SLEEP_AFTER = 5_000

let source
let retry
let sleep
let wait = WAIT_FIRST
let asleep = false
let gone = false
let asking = false
let again = false

async function fresh() {
  if (asking) {
    again = true
    return
  }
  asking = true
  try {
    if (!(await ask())) leave()
    else if (!source && !asleep) open()
  } catch {
    later()
  }
  asking = false
  if (again && !gone) {
    again = false
    fresh()
  }
}

function later() {
  if (gone || asleep) return
  clearTimeout(retry)
  retry = setTimeout(fresh, wait)
  wait = Math.min(wait * 1.5, WAIT_MOST)
}

function heard({ data }) {
  if (!take(data)) return
  if (data === '{}') shut()
  fresh()
}

function open() {
  const opened = new EventSource(`/events?after=${work.seq}`)
  source = opened
  opened.addEventListener('generation', heard)
  opened.addEventListener('reset', heard)
  opened.onopen = () => {
    clearTimeout(retry)
    wait = WAIT_FIRST
  }
  // The browser resumes a stream by itself, with the last id; when it has given up, or is at it for long, we ask.
  opened.onerror = () => {
    if (opened.readyState === EventSource.CLOSED && source === opened) source = undefined
    clearTimeout(retry)
    if (source) retry = setTimeout(fresh, BACK_WITHIN)
    else later()
  }
}

function shut() {
  source?.close()
  source = undefined
}

/** Nobody is signed in any more. */
function leave() {
  gone = true
  shut()
  dispatchEvent(new CustomEvent('aisora:person', { detail: '' }))
}

function doze() {
  asleep = true
  clearTimeout(retry)
  shut()
}

function wake() {
  clearTimeout(sleep)
  if (!asleep) return
  asleep = false
  wait = WAIT_FIRST
  fresh()
}

/** The credits at the top of the page, as the last snapshot tells them. */
function purse() {
  const [whole, held] = document.querySelectorAll('.purse > :is(span, small)')
  if (!whole || !work.balance) return
  const amount = whole.querySelector('b')
  amount.textContent = number(work.balance.available)
  whole.replaceChildren(amount, ` ${work.balance.available === 1 ? t('credit') : t('credits')}`)
  held.hidden = !work.balance.held
  held.textContent = t('{n} on hold', { n: number(work.balance.held) })
}

if (isHere) {
  // Opened behind another tab.
  if (document.hidden) doze()
  else open()
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) sleep = setTimeout(doze, SLEEP_AFTER)
    else wake()
  })
  // A page in the browser's back-and-forward store holds no connection.
  addEventListener('pagehide', doze)
  addEventListener('pageshow', () => document.hidden || wake())
  addEventListener('aisora:back', () => {
    gone = false
    if (!document.hidden) fresh()
  })
  // Places in the line change without an event of one's own.
  setInterval(() => {
    const waits = going().some((card) => card.state === 'queued')
    if (waits && source && !document.hidden) fresh()
  }, PLACES_EVERY)
  // The studio's program tells a screen reader by itself; here nobody else does.
  document.addEventListener('aisora:work', ({ detail }) => {
    purse()
    const [said, last] = [document.querySelector('.house ~ [role="status"]'), detail.at(-1)]
    if (said && last) said.textContent = `${STATES[last.state]}: ${(last.title || last.prompt).slice(0, 80)}`
  })
}
