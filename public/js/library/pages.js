// The pages of the library: older ones come by themselves, and far ones leave the document, which so does not grow.

import { t } from '../words.js'
import { arrived, form, idsIn, read, walls } from './parts.js'

// Each page is a list of its own. Those far from the window are emptied and keep their height; what they held is kept beside
// the document for so many of them, and asked for again after that.
const KEPT = 20

const older = form?.querySelector('.older')
const pages = []
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const page = pages.find(({ list }) => list === target)
      if (isIntersecting) fill(page)
      else empty(page)
    }
    remember()
  },
  { rootMargin: '1600px 0px' },
)
const sight = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && more(), { rootMargin: '800px 0px' })

/** The ids of all videos that have come so far, in their order, whether or not they are in the document. */
export const everyId = () => pages.flatMap(({ ids }) => ids)

/** The tile of a video, wherever its page is kept. */
export function tileOf(id) {
  const page = pages.find(({ ids }) => ids.includes(id))
  return page ? (page.kept ?? page.list).querySelector(`[data-id="${id}"]`) : null
}

/** Hangs a tile in the first place. */
export function bringIn(id, tile) {
  const [{ list, ids, kept, filled }] = pages
  if (ids.includes(id)) return
  ids.unshift(id)
  if (!filled) return kept?.prepend(tile)
  list.prepend(tile)
  arrived(tile)
}

/** Takes a video out of what is shown here. */
export function takeOut(id) {
  tileOf(id)?.remove()
  for (const page of pages) page.ids = page.ids.filter((other) => other !== id)
}

function add(list) {
  const { address } = list.dataset
  const page = { list, address, more: list.dataset.more, ids: idsIn(list), kept: null, filled: list.childElementCount > 0 }
  pages.push(page)
  near.observe(list)
  if (page.filled) arrived(list)
}

function empty(page) {
  if (!page?.filled || page.list.contains(document.activeElement)) return
  page.list.style.height = `${page.list.getBoundingClientRect().height}px`
  page.kept = document.createDocumentFragment()
  page.kept.append(...page.list.childNodes)
  page.filled = false
  const kept = pages.filter((other) => other.kept)
  const far = (other) => Math.abs(pages.indexOf(other) - pages.indexOf(page))
  if (kept.length > KEPT) kept.sort((a, b) => far(b) - far(a))[0].kept = null
}

async function fill(page) {
  if (!page || page.filled || page.coming) return
  page.coming = true
  try {
    const tiles = page.kept ?? (await askedAgain(page))
    const before = page.list.getBoundingClientRect()
    page.list.replaceChildren(tiles)
    page.kept = null
    page.list.style.height = ''
    // Rows may have another height by now (the window was turned); what is in view stays, also where the browser does not see to it.
    if (before.bottom <= 0 && !CSS.supports('overflow-anchor', 'auto')) scrollBy(0, page.list.getBoundingClientRect().height - before.height)
    page.filled = true
    page.ids = idsIn(page.list)
    arrived(page.list)
  } catch {
    // It is tried again when it comes near the next time.
  }
  page.coming = false
}

/** The tiles of a page as the server shows it now, but for those that other pages have by now. */
async function askedAgain(page) {
  const tiles = document.createDocumentFragment()
  tiles.append(...document.adoptNode(await listAt(page.address)).childNodes)
  const elsewhere = new Set(pages.flatMap((other) => (other === page ? [] : other.ids)))
  for (const tile of [...tiles.children]) if (elsewhere.has(tile.dataset.id)) tile.remove()
  return tiles
}

const listAt = async (address) => (await read(address)).querySelector('.wall')

let coming = false
async function more() {
  const address = pages.at(-1).more
  if (!address || coming) return false
  coming = true
  let done = false
  const link = older.querySelector('a')
  link.textContent = t('Loading…')
  try {
    const list = document.adoptNode(await listAt(address))
    walls.append(list)
    add(list)
    ends()
    done = true
    // The way to the next may still be in view, and only a change is told.
    if (pages.at(-1).more) {
      sight.unobserve(older)
      sight.observe(older)
    }
    link.textContent = t('Older videos')
  } catch {
    link.textContent = t('Try again')
  }
  coming = false
  return done
}
const ends = () => (older.hidden = !pages.at(-1).more)

/** The address of the library as it is narrowed here. A form that came back stands at another one. */
export const here = form?.querySelector('[name=next]').value

// The place: a reload, and the way back, come to it again.
const PLACE = `library ${here}`
const AGAIN = 'library again'
let later
function remember() {
  clearTimeout(later)
  later = setTimeout(() => {
    const heights = pages.map(({ list, address, more }) => ({ address, more, height: Math.round(list.getBoundingClientRect().height) }))
    sessionStorage.setItem(PLACE, JSON.stringify({ y: Math.round(scrollY), pages: heights }))
  }, 150)
}

/** The page that a form brings next comes to this place. */
export const returnHere = () => sessionStorage.setItem(AGAIN, PLACE)

async function comeBack() {
  const kind = performance.getEntriesByType('navigation')[0]?.type
  const again = sessionStorage.getItem(AGAIN)
  sessionStorage.removeItem(AGAIN)
  const place = kind === 'navigate' && again !== PLACE ? null : JSON.parse(sessionStorage.getItem(PLACE))
  if (!place) return
  history.scrollRestoration = 'manual'
  // A page that the browser keeps whole comes back to its place by itself.
  addEventListener('pagehide', () => (history.scrollRestoration = 'auto'))
  if (place.pages[1] && place.pages[1].address !== pages[0].more) {
    // Something came or went above: the pages begin elsewhere now.
    while (pages.length < place.pages.length && pages.at(-1).more) if (!(await more())) break
    scrollTo(0, place.y)
    return
  }
  for (const { address, more, height } of place.pages.slice(1)) {
    const list = document.createElement('ul')
    list.className = walls.firstElementChild.className
    Object.assign(list.dataset, { address, more })
    list.style.height = `${height}px`
    walls.append(list)
    add(list)
  }
  scrollTo(0, place.y)
}

/** Begins with the page that the server wrote. */
export function begin() {
  add(walls.querySelector('.wall'))
  comeBack()
  ends()
  sight.observe(older)
  addEventListener('scroll', remember, { passive: true })
  older.addEventListener('click', (event) => {
    event.preventDefault()
    more()
  })
  // What did not come while there was no line comes when it is back, if it is still looked for.
  addEventListener('online', () => {
    sight.unobserve(older)
    sight.observe(older)
  })
}
