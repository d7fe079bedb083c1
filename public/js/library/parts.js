// The parts of the library's page that its modules share.

export const form = document.getElementById('choose')
export const walls = form?.querySelector('.walls')

const said = document.getElementById('library-said')
/** Tells a screen reader. */
export const say = (words) => (said.textContent = words)

const troubles = document.querySelector('.library-troubles')
/** Tells everybody what did not work, until the next time. */
export function trouble(words) {
  const line = document.createElement('p')
  line.className = 'form-message'
  line.textContent = words
  troubles.replaceChildren(line)
  line.scrollIntoView({ block: 'nearest' })
}

const FOCUS = 'library focus'
const GONE = 'library gone'

/** A form takes a video away: the page after it has the focus on the next one, and on that one itself if it is undone. */
export function leave(id, next) {
  sessionStorage.setItem(FOCUS, next ?? '')
  if (id) sessionStorage.setItem(GONE, id)
}

/** Where the focus was left; asked for once. */
export function left() {
  const id = sessionStorage.getItem(FOCUS)
  sessionStorage.removeItem(FOCUS)
  return id
}

/** It is undone: the focus goes back to what comes back. */
export const comesBack = () => sessionStorage.setItem(FOCUS, sessionStorage.getItem(GONE) ?? '')

/** The ids of the videos that stand in an element. */
export const idsIn = (element) => [...element.querySelectorAll('input[name=ids]')].map(({ value }) => value)

/** Who wants to know of each list or tile that comes into the page. */
export const arrivals = []
export const arrived = (element) => arrivals.forEach((tell) => tell(element))

/** What the server shows at an address. Who is not signed in any more goes to the door. */
export async function read(address) {
  const response = await fetch(address, { headers: { accept: 'text/html' } })
  if (response.redirected) location.reload()
  if (!response.ok) throw new Error(response.status)
  return new DOMParser().parseFromString(await response.text(), 'text/html')
}
