// Moments as the pages write them (`src/components/time.rs`): `23 Nov 2026, 14:02`, in the zone of whoever reads.

import { t } from './words.js'

const two = (number) => String(number).padStart(2, '0')

const clock = (at, exact) => [at.getHours(), at.getMinutes(), ...(exact ? [at.getSeconds()] : [])].map(two).join(':')

export function moment(at, exact = false) {
  const month = t('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec').split(' ')[at.getMonth()]
  return t('{day} {month} {year}, {time}', { day: at.getDate(), month, year: at.getFullYear(), time: clock(at, exact) })
}

/**
 * Tells a `<time>` that the server told in UTC in the zone of the browser. Where one stands before it, it is exact, and the
 * day is told only if it is another.
 */
export function tell(time, before) {
  const at = new Date(time.dateTime)
  const isSameDay = before && new Date(before.dateTime).toDateString() === at.toDateString()
  time.textContent = isSameDay ? clock(at, true) : moment(at, /:\d\d:\d\d/.test(time.textContent))
}
