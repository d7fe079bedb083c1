// Two videos in step. The longer one leads; the other one follows it, and stands on its last frame when it is over.

import { frameOf, isFree, timeFor, timeOf } from './play.js'
import { t } from './words.js'

const page = document.querySelector('.compare')
const bar = page.querySelector('.compare-bar')
const videos = [...page.querySelectorAll('video')]
const rate = page.dataset.rate / 1000
const part = (act) => bar.querySelector(`[data-both=${act}]`)
const seek = part('seek')

/** Further apart than this, in seconds, the other one jumps; below, it runs a little faster or slower. */
const JUMP = 0.2
const NEAR = 0.02

const [one, other] = videos
const ready = Promise.all(videos.map((video) => video.readyState > 0 || new Promise((there) => video.addEventListener('loadedmetadata', there, { once: true }))))
let lead = one
let follower = other

function put(time) {
  for (const video of videos) video.currentTime = Math.min(time, Math.max(0, video.duration - 0.5 / rate))
  show()
}

const tenths = (seconds) =>
  seconds.toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 })

function show() {
  seek.value = String(lead.currentTime)
  const [at, length] = [lead.currentTime, lead.duration].map(tenths)
  const words = t('Frame {frame}, {at} of {length} s', { frame: frameOf(lead, rate) + 1, at, length })
  seek.ariaValueText = words
  bar.querySelector('.player-said').textContent = words
}

function stop() {
  for (const video of videos) video.pause()
  label()
}

async function play() {
  if (lead.ended || lead.currentTime >= lead.duration - 1 / rate) put(0)
  // A browser may refuse to play; then both stay where they are.
  try {
    await Promise.all(videos.map((video) => video.play()))
  } catch {
    return stop()
  }
  label()
  requestAnimationFrame(keepStep)
}

function label() {
  const words = lead.paused ? t('Play both') : t('Pause both')
  const button = part('play')
  button.ariaLabel = words
  button.title = `${words} (k)`
  button.querySelector('use').setAttribute('href', `#icon-${lead.paused ? 'play' : 'pause'}`)
}

function keepStep() {
  if (lead.paused) return
  const last = follower.duration - 0.5 / rate
  const drift = Math.min(lead.currentTime, last) - follower.currentTime
  if (lead.currentTime >= last) follower.pause()
  else if (follower.paused) follower.play().catch(() => {})
  if (Math.abs(drift) > JUMP && !follower.seeking) follower.currentTime += drift
  follower.playbackRate = Math.abs(drift) > NEAR ? Math.min(1.25, Math.max(0.75, 1 + drift * 2)) : 1
  show()
  requestAnimationFrame(keepStep)
}

function step(by) {
  stop()
  put(timeOf(frameOf(lead, rate) + by, rate, lead.duration))
}

const acts = { play: () => (lead.paused ? play() : stop()), back: () => step(-1), on: () => step(1) }
const keys = { ' ': acts.play, k: acts.play, ',': acts.back, '.': acts.on }

ready.then(() => {
  if (other.duration > one.duration) [lead, follower] = [other, one]
  // One control for both; without this script each has its own.
  for (const video of videos) video.controls = false
  seek.max = String(lead.duration)
  // A press of an arrow key is a frame: Firefox takes `any` for whole seconds.
  seek.step = String(1 / rate)
  lead.addEventListener('ended', stop)
  lead.addEventListener('pause', stop)
  put(0)
  page.classList.add('in-step')
  bar.addEventListener('click', ({ target }) => acts[target.closest('[data-both]')?.dataset.both]?.())
  seek.addEventListener('input', () => {
    stop()
    put(Number(seek.value))
  })
  for (const video of videos) video.addEventListener('click', acts.play)
  document.addEventListener('keydown', (event) => {
    if (!isFree(event)) return
    const time = timeFor(event.key, lead)
    if (time === undefined && !keys[event.key]) return
    event.preventDefault()
    if (time === undefined) keys[event.key]()
    else put(time)
  })
})
