// Times that the server told in UTC, in the zone of who reads them.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number) => String(number).padStart(2, '0')

/** Tells a `<time>` in the zone of the browser. */
export function tell(time) {
  const at = new Date(time.dateTime)
  const seconds = /:\d\d:\d\d/.test(time.textContent) ? `:${two(at.getSeconds())}` : ''
  const day = `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`
  time.textContent = `${day}, ${two(at.getHours())}:${two(at.getMinutes())}${seconds}`
}
