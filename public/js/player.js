// The player of a video's page: keys, speed, single frames, and frames taken out. It listens at the document, because the page
// comes and goes.

import { tell } from './dates.js'
import { number, t } from './words.js'
import { frameOf, isFree, timeFor, timeOf } from './play.js'

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2]

/** The bar and the video of the page, when there are both. */
function here() {
  const bar = document.querySelector('.player-bar[data-video]')
  const video = bar?.closest('.video-main')?.querySelector('video.player')
  return video && { bar, video, rate: bar.dataset.rate / 1000 }
}

const button = (bar, act) => bar.querySelector(`[data-play=${act}]`)
const press = (bar, act, on) => button(bar, act)?.setAttribute('aria-pressed', String(on))
let quiet
function say(bar, words) {
  const said = bar.querySelector('.player-said')
  said.textContent = words
  clearTimeout(quiet)
  quiet = setTimeout(() => (said.textContent = ''), 4000)
}

function toggle({ video }) {
  // A browser may refuse to play; it stays paused then.
  if (video.paused) video.play().catch(() => {})
  else video.pause()
}

function step({ bar, video, rate }, by) {
  video.pause()
  const frame = frameOf(video, rate) + by
  video.currentTime = timeOf(frame, rate, video.duration)
  say(bar, t('Frame {n}', { n: frameOf(video, rate) + 1 }))
}

function speed({ bar, video }, value) {
  video.playbackRate = video.defaultPlaybackRate = value
  button(bar, 'speed').value = String(value)
  say(bar, t('Speed {n}×', { n: number(value) }))
}

function faster(at, by) {
  const next = SPEEDS.indexOf(at.video.playbackRate) + by
  if (SPEEDS[next]) speed(at, SPEEDS[next])
}

function loop({ bar, video }) {
  video.loop = !video.loop
  press(bar, 'loop', video.loop)
  say(bar, video.loop ? t('Loop on') : t('Loop off'))
}

function mute({ bar, video }) {
  if (!button(bar, 'mute')) return say(bar, t('This video has no sound'))
  video.muted = !video.muted
  press(bar, 'mute', video.muted)
  say(bar, video.muted ? t('Sound off') : t('Sound on'))
}

function captions({ bar, video }) {
  const [track] = video.textTracks
  if (!track) return say(bar, t('This video has no captions'))
  track.mode = track.mode === 'showing' ? 'hidden' : 'showing'
  press(bar, 'captions', track.mode === 'showing')
  say(bar, track.mode === 'showing' ? t('Captions on') : t('Captions off'))
}

function full({ video }) {
  if (document.fullscreenElement) document.exitFullscreen()
  else if (video.requestFullscreen) video.requestFullscreen().catch(() => {})
  else video.webkitEnterFullscreen?.()
}

/** A video has so many milliseconds to come before its frame cannot be had. */
const PATIENCE = 15_000

const happens = (video, name) =>
  new Promise((there, failed) => {
    video.addEventListener(name, there, { once: true })
    video.addEventListener('error', failed, { once: true })
    setTimeout(failed, PATIENCE)
  })

/** The frame that is shown, in full resolution. */
async function frame({ video }, type) {
  // During a jump the picture is still the one from before it.
  if (video.seeking) await happens(video, 'seeked')
  if (video.readyState < 2) {
    video.preload = 'auto'
    const there = happens(video, 'canplay')
    // Telephones load nothing before it plays.
    video.play().then(() => video.pause(), () => {})
    await there
  }
  const canvas = document.createElement('canvas')
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  canvas.getContext('2d').drawImage(video, 0, 0)
  return new Promise((done) => canvas.toBlob(done, type, 0.95))
}

async function grab(at) {
  const n = frameOf(at.video, at.rate) + 1
  const words = at.bar.dataset.words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['video']
  const link = document.createElement('a')
  const picture = await frame(at, 'image/png').catch(() => null)
  if (!picture) return say(at.bar, t('The video does not load. Check your connection and try again.'))
  link.href = URL.createObjectURL(picture)
  link.download = `${words.join('-')}-frame-${n}.png`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  say(at.bar, t('Frame {n} saved', { n }))
}

/** The largest picture that the server takes, in bytes. */
const LARGEST = 20 << 20

async function use(at) {
  const pressed = button(at.bar, 'use')
  if (pressed.ariaBusy) return
  at.video.pause()
  pressed.ariaBusy = 'true'
  say(at.bar, t('Sending the frame…'))
  try {
    let body = await frame(at, 'image/png')
    if (body.size > LARGEST) body = await frame(at, 'image/jpeg')
    const headers = { accept: 'application/json', 'content-type': 'application/octet-stream' }
    const response = await fetch('/pictures', { method: 'POST', body, headers })
    const answer = await response.json()
    if (response.ok) location.assign(`/create?from=${at.bar.dataset.video}&input_reference=${answer.id}&by=frame`)
    else say(at.bar, answer.error.fields?.[0]?.message ?? answer.error.message)
  } catch {
    say(at.bar, t('The frame could not be sent. Check your connection and try again.'))
  }
  pressed.ariaBusy = null
}

const acts = { back: (at) => step(at, -1), on: (at) => step(at, 1), loop, mute, captions, full, grab, use }
const keys = {
  ' ': toggle,
  k: toggle,
  ',': acts.back,
  '.': acts.on,
  '[': (at) => faster(at, -1),
  '<': (at) => faster(at, -1),
  ']': (at) => faster(at, 1),
  '>': (at) => faster(at, 1),
  r: loop,
  m: mute,
  c: captions,
  f: full,
}

document.addEventListener('keydown', (event) => {
  const at = here()
  if (!at || !isFree(event)) return
  const time = timeFor(event.key, at.video)
  if (time === undefined && !keys[event.key]) return
  event.preventDefault()
  if (time === undefined) keys[event.key](at)
  else if (Number.isFinite(time)) at.video.currentTime = time
})

document.addEventListener('click', ({ target }) => {
  const pressed = target.closest?.('[data-play]')
  const at = pressed && here()
  if (at) acts[pressed.dataset.play]?.(at)
})
document.addEventListener('change', ({ target }) => {
  const at = target.matches?.('[data-play=speed]') && here()
  if (at) speed(at, Number(target.value))
})
// The browser's own controls mute too.
document.addEventListener('volumechange', ({ target }) => {
  const at = here()
  if (at?.video === target) press(at.bar, 'mute', target.muted)
}, true)

// The receipt comes from the server as it is, whenever it comes.
customElements.define('local-time', class extends HTMLElement {
  connectedCallback() {
    const times = [...this.closest('.receipt').querySelectorAll('time')]
    const place = times.indexOf(this.querySelector('time'))
    tell(times[place], times[place - 1])
  }
})
