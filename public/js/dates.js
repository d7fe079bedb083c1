// Moments as the pages write them (`src/components/time.rs`): `23 Nov 2026, 14:02`, in the zone of whoever reads.

import { t } from './words.js'

const two = (number) => String(number).padStart(2, '0')

export function moment(at, exact = false) {
  const month = t('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec').split(' ')[at.getMonth()]
  const parts = [at.getHours(), at.getMinutes(), ...(exact ? [at.getSeconds()] : [])]
  const time = parts.map(two).join(':')
  return t('{day} {month} {year}, {time}', { day: at.getDate(), month, year: at.getFullYear(), time })
}

/** Tells a `<time>` that the server told in UTC in the zone of the browser. */
export function tell(time) {
  time.textContent = moment(new Date(time.dateTime), /:\d\d:\d\d/.test(time.textContent))
}
