// The tab's own signs: how far the work is, in the title and around the mark, and that something is ready until it is
// looked at. In steps: a title that changes all the time is read out all the time.

import { t } from './words.js'
import { going, isHere } from './work.js'
import { together } from './said.js'

const STEP = matchMedia('(prefers-reduced-motion: reduce)').matches ? 25 : 5
const RING = 2 * Math.PI * 13

let base = document.title
let written
let shown
let ready = false

function title(sign) {
  written = sign ? `${sign} · ${base}` : base
  if (document.title !== written) document.title = written
}

const icons = [...document.querySelectorAll('link[rel="icon"]')]
const mine = Object.assign(document.createElement('link'), { rel: 'icon', type: 'image/svg+xml' })

/** The mark's sun inside a ring that closes; whole when it is ready. */
function icon(percent) {
  if (percent === undefined) {
    if (!mine.isConnected) return
    mine.before(...icons)
    mine.remove()
    return
  }
  const ring = `<circle cx="16" cy="16" r="13" fill="none" stroke="%23f08a4b" stroke-width="5" stroke-dasharray="${(RING * percent) / 100} 99" transform="rotate(-90 16 16)"/>`
  const back = '<circle cx="16" cy="16" r="13" fill="none" stroke="%23887f99" stroke-opacity=".45" stroke-width="5"/>'
  const sun = percent < 100 ? '' : '<circle cx="16" cy="16" r="6.500" fill="%23f08a4b"/>'
  mine.href = `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${back}${ring}${sun}</svg>`
  if (mine.isConnected) return
  // The browser takes the best of several: only this one may be there.
  icons[0]?.before(mine)
  for (const other of icons) other.remove()
}

function show() {
  const alive = going()
  if (!document.hidden) ready = false
  const far = alive.length ? Math.floor(together(alive) / STEP) * STEP : undefined
  const sign = ready ? t('Ready') : far === undefined ? '' : `${far} %`
  if (sign === shown) return
  shown = sign
  title(sign)
  icon(ready ? 100 : far)
}

if (isHere) {
  document.addEventListener('aisora:work', ({ detail }) => {
    if (document.hidden && detail.some((card) => card.state === 'succeeded') && !going().length) ready = true
    show()
  })
  document.addEventListener('visibilitychange', show)
  // Pages that change in place write a title of their own.
  new MutationObserver(() => {
    if (document.title === written) return
    base = document.title
    title(shown)
  }).observe(document.head, { childList: true, subtree: true, characterData: true })
  show()
}
