// The parts of the library's page that its modules share.

export const form = document.getElementById('choose')
export const walls = form?.querySelector('.walls')

const said = document.getElementById('library-said')
/** Tells a screen reader. */
export const say = (words) => (said.textContent = words)

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
