// In a hand: from take to take by a swipe. On the page of a video it presses the links that stand there for everybody; in
// the studio the takes scroll by themselves, and the buttons below them scroll too.

const FAR = 60
const STRAIGHT = 2
const SOON = 700
/** The edges belong to the system's own gestures, the lower edge of a player to its bar. */
const EDGE = 28
const BAR = 72

const takes = (list) => [...list.children].filter((take) => take.matches('.screen'))

/** Whether a touch here means something else: fields, what scrolls sideways, a player's own bar. */
function isTaken(target, y) {
  if (target.closest('input, textarea, select, button, dialog, [data-no-swipe]')) return true
  const video = target.closest('video[controls]')
  if (video && y > video.getBoundingClientRect().bottom - BAR) return true
  for (let element = target; element && element !== document.body; element = element.parentElement) {
    const scrolls = element.scrollWidth > element.clientWidth + 1
    if (scrolls && /auto|scroll/.test(getComputedStyle(element).overflowX)) return true
  }
  return false
}

let start
document.addEventListener(
  'touchstart',
  ({ touches, target, timeStamp }) => {
    const [{ clientX: x, clientY: y }] = touches
    const fits = touches.length === 1 && target.closest?.('main') && x > EDGE && x < innerWidth - EDGE
    start = fits && !isTaken(target, y) ? { x, y, timeStamp } : undefined
  },
  { passive: true },
)
document.addEventListener('touchend', ({ changedTouches, timeStamp }) => {
  if (!start) return
  const [{ clientX, clientY }] = changedTouches
  const [across, down, took] = [clientX - start.x, clientY - start.y, timeStamp - start.timeStamp]
  start = undefined
  // Who has zoomed in moves the picture.
  if (Math.abs(across) < FAR || Math.abs(across) < STRAIGHT * Math.abs(down) || took > SOON || visualViewport?.scale > 1) return
  document.querySelector(across < 0 ? 'a.take-next' : 'a.take-prev')?.click()
})
document.addEventListener('touchcancel', () => (start = undefined))

document.addEventListener('click', ({ target }) => {
  const button = target.closest?.('[data-take]')
  if (!button) return
  const list = button.closest('.stage').querySelector('.screens')
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  takes(list)[Number(button.dataset.take)]?.scrollIntoView({ behavior: still ? 'instant' : 'smooth', inline: 'center', block: 'nearest' })
})

// Which take is in sight, for the buttons.
document.addEventListener(
  'scroll',
  ({ target }) => {
    if (!target.matches?.('.screens')) return
    const middle = target.scrollLeft + target.clientWidth / 2
    const place = takes(target).findIndex((take) => take.offsetLeft - target.offsetLeft + take.offsetWidth > middle)
    const buttons = target.closest('.stage').querySelectorAll('[data-take]')
    buttons.forEach((button, each) => (button.ariaCurrent = each === place ? 'true' : null))
  },
  { capture: true, passive: true },
)
