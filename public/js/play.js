// What the players of a video's page and of two side by side have in common.

import { isConverting } from './ime.js'

/** Whether a key belongs to the player: nothing else wants it, and no hand types. */
export function isFree(event) {
  const { target } = event
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isConverting(event)) return false
  if (document.querySelector('dialog[open], [popover]:popover-open')) return false
  if (target.closest?.('input, textarea, select, [contenteditable], [role=menu], [role=listbox], [role=dialog]')) return false
  // These press what has the focus.
  return !([' ', 'Enter'].includes(event.key) && target.closest?.('button, a, summary, label'))
}

/** How far j and l go, in seconds: ten, or a sensible part of a short one. The arrows go half of it. */
export const stride = (video) => Math.min(10, Math.max(0.5, (video.duration || 0) / 4))

const lastOf = (duration, rate) => Math.max(0, Math.round((duration || 0) * rate) - 1)

/** The number of the frame that is shown, from 0; at the very end, that of the last one. */
export const frameOf = (video, rate) => Math.min(lastOf(video.duration, rate), Math.floor(video.currentTime * rate + 0.01))

/** The middle of a frame, where no rounding shows its neighbour, in seconds. */
export function timeOf(frame, rate, duration) {
  return (Math.min(lastOf(duration, rate), Math.max(0, frame)) + 0.5) / rate
}

/** Keys that go somewhere in a video: the time in seconds, or nothing. */
export function timeFor(key, video) {
  const { currentTime, duration } = video
  const by = { j: -1, l: 1, ArrowLeft: -0.5, ArrowRight: 0.5 }[key]
  if (by) return Math.min(duration, Math.max(0, currentTime + by * stride(video)))
  if (key === 'Home') return 0
  if (key === 'End') return Math.max(0, duration - 0.01)
  return /^[0-9]$/.test(key) ? (duration * key) / 10 : undefined
}
