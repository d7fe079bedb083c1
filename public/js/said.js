// What the modules say about work, in the words of `src/components/words.rs`; a test of `src/server/http/strip.rs` compares them.

import { t, tn } from './words.js'
import { hasEnded } from './work.js'

export const STATES = {
  queued: t('Waiting in line'),
  submitting: t('Starting'),
  running: t('Rendering'),
  storing: t('Saving the video'),
  succeeded: t('Ready'),
  failed: t('Did not work out'),
  blocked: t('Stopped by the safety system'),
  cancelled: t('Cancelled'),
}

export const percent = (card) => (card.state === 'queued' ? 0 : Math.min(card.progress, 100))

/** How far all of it is together. */
export const together = (cards) => Math.floor(cards.reduce((sum, card) => sum + percent(card), 0) / cards.length)

function about(ms) {
  const seconds = Math.floor((Math.max(ms, 0) + 500) / 1_000)
  if (seconds < 3) return t('a moment')
  if (seconds < 10) return `${seconds} s`
  if (seconds < 90) return `${Math.floor((seconds + 4) / 5) * 5} s`
  if (seconds < 5_400) return `${Math.floor((seconds + 30) / 60)} min`
  return `${Math.floor((seconds + 1_800) / 3_600)} h`
}

function duration(ms) {
  const seconds = Math.floor(Math.max(ms, 0) / 1_000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return seconds % 60 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${seconds / 60} min`
  return `${Math.floor(seconds / 3_600)} h ${Math.floor(seconds / 60) % 60} min`
}

function usually({ p50_ms, p90_ms }) {
  // `1 to 2 min`, not `60 s to 2 min`.
  const soon = p90_ms >= 90_000 && p50_ms >= 45_000 && p50_ms < 90_000 ? '1 min' : about(p50_ms)
  const late = about(p90_ms)
  const [number, unit] = soon.split(' ')
  if (soon === late) return t('usually {time}', { time: soon })
  const same = late.split(' ')[1] === unit
  return t('usually {time}', { time: t('{time} to {longer}', { time: same ? number : soon, longer: late }) })
}

const saysSomething = ({ progress }, passed) => progress >= 8 && passed >= 1_500

/** The rest in milliseconds, from how far it is once that says something, else from history. */
function restOf(card, passed) {
  const { estimate, progress } = card
  if (saysSomething(card, passed)) return (passed * (100 - progress)) / progress
  return estimate ? estimate.p50_ms - passed : undefined
}

/** How long it still takes, as far as that is known. */
export function left(card, now) {
  if (card.state === 'storing') return t('nearly there')
  if (card.state === 'queued' || !card.started_at) return ''
  const passed = now - card.started_at
  const { estimate } = card
  const rest = restOf(card, passed)
  if (rest === undefined) return ''
  if (rest >= 3_000) return t('about {time} left', { time: about(rest) })
  if (estimate && passed > estimate.p90_ms) return t('longer than usual')
  // A few percent are not nearly all, whatever others took.
  return card.progress > 0 && !saysSomething(card, passed) ? '' : t('nearly there')
}

/** The same for all that goes on: until the first of it is ready. */
export function still(going, now) {
  if (going.length === 1) return left(going[0], now)
  const running = going.filter((card) => card.state === 'running' && card.started_at)
  const rests = running.map((card) => restOf(card, now - card.started_at)).filter((rest) => rest >= 3_000)
  return rests.length ? t('the first in about {time}', { time: about(Math.min(...rests)) }) : ''
}

/** What stands beside the state: place or times; the money when it ended badly. */
export function timing(card, now) {
  if (card.state === 'succeeded') return ''
  if (hasEnded(card)) return t('Not charged')
  if (card.state === 'queued') {
    const known = [card.place && t('place {n}', { n: card.place }), card.estimate && usually(card.estimate)].filter(Boolean)
    return known.join(' · ') || t('Starts as soon as there is room')
  }
  return [duration(now - (card.started_at ?? card.created_at)), left(card, now)].filter(Boolean).join(' · ')
}

/** The one line of all work: what goes on, else what has come of it. */
export function summed(going, news) {
  if (going.length) {
    const waiting = going.filter((card) => card.state === 'queued').length
    const made = going.length - waiting
    if (!made) return tn(waiting, '1 video waits in line', '{n} videos wait in line')
    const words = [tn(made, '1 video is being made', '{n} videos are being made'), waiting && t('{n} in line', { n: waiting })]
    return words.filter(Boolean).join(', ')
  }
  const ready = news.filter((card) => card.state === 'succeeded').length
  const not = news.length - ready
  const words = [ready && tn(ready, '1 video is ready', '{n} videos are ready'), not && (ready ? tn(not, '1 was not made', '{n} were not made') : tn(not, '1 video was not made', '{n} videos were not made'))]
  return words.filter(Boolean).join(', ')
}
