// A sound and a notification when a video is ready, each off until it is chosen. This browser remembers the choice; of all
// its tabs one rings.

import { t } from './words.js'
import { isHere } from './work.js'

const CHOSEN = 'aisora-bells'
const RUNG = 'aisora-rung'
const REMEMBERED = 60
const HELD = 60_000
const DENIED = t('This browser does not allow notifications from here. Allow them in its settings for this site, and switch this on again.')
const KEPT = t('Kept in this browser. Both come while AiSora is open in it, in a tab or as an app.')

const read = (key, otherwise) => JSON.parse(localStorage.getItem(key) ?? otherwise)
const chosen = () => read(CHOSEN, '{}')
const mayNote = () => window.Notification?.permission === 'granted'

function show() {
  const { sound, note } = chosen()
  for (const box of document.querySelectorAll('[data-bell]')) box.checked = box.dataset.bell === 'sound' ? !!sound : !!note && mayNote()
}

function say(words) {
  for (const place of document.querySelectorAll('[data-bell-said]')) place.textContent = words
}

/** Asks the browser, on the press that chose it; answers what is wrong, if anything is. */
async function permitted() {
  if (!window.Notification) return t('This browser knows no notifications.')
  const answer = Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission
  if (answer === 'default') return t('The browser was not answered. Switch this on again, and allow notifications.')
  return answer === 'granted' ? '' : DENIED
}

async function choose({ target: box }) {
  const kind = box.dataset?.bell
  if (!kind) return
  let trouble = ''
  if (box.checked && kind === 'note') trouble = await permitted()
  localStorage.setItem(CHOSEN, JSON.stringify({ ...chosen(), [kind]: box.checked && !trouble }))
  say(trouble || KEPT)
  show()
  // What was chosen is heard at once; the press also lets the browser play it later.
  if (kind === 'sound' && box.checked) (await import('./chime.js')).chime()
}

/** A browser plays nothing on a page that was not touched: the first touch wakes the sound of who has chosen it. */
async function wakeWithTouch() {
  if (!chosen().sound) return
  const { wake } = await import('./chime.js')
  // Of a finger's touch, Safari counts the end.
  const touches = ['pointerdown', 'pointerup', 'click', 'keydown']
  const touched = () => {
    if (wake()) for (const touch of touches) removeEventListener(touch, touched, true)
  }
  for (const touch of touches) addEventListener(touch, touched, true)
}

async function note(card) {
  const words = card.state === 'succeeded' ? t('Your video is ready') : t('A video was not made. Nothing was charged.')
  const options = {
    body: (card.title || card.prompt).slice(0, 120),
    icon: card.poster && card.state === 'succeeded' ? `/media/${card.id}/tile.jpg` : '/icon-192.png',
    tag: card.id,
    data: `/v/${card.id}`,
    silent: true,
  }
  let shown
  try {
    shown = new Notification(words, options)
  } catch {
    // Telephones show only those of the worker, which answers the press too (`sw.js`).
    return (await navigator.serviceWorker?.getRegistration())?.showNotification(words, options)
  }
  shown.onclick = () => {
    window.focus()
    location.assign(`/v/${card.id}`)
    shown.close()
  }
}

/** Whether this tab is the first that heard of an end: it holds a lock that the others do not get. What tabs write for each
 * other comes too late for that; it only remembers. */
function isFirst({ id }) {
  const rung = read(RUNG, '[]')
  if (rung.includes(id)) return false
  localStorage.setItem(RUNG, JSON.stringify([id, ...rung].slice(0, REMEMBERED)))
  if (!navigator.locks) return true
  return new Promise((done) => {
    navigator.locks.request(`aisora-bell-${id}`, { ifAvailable: true }, (lock) => {
      done(!!lock)
      return lock && new Promise((over) => setTimeout(over, HELD))
    })
  })
}

async function ring(cards) {
  const { sound, note: wanted } = chosen()
  const ended = cards.filter((card) => card.state !== 'cancelled')
  if (!ended.length || !(sound || (wanted && mayNote()))) return
  const first = await Promise.all(ended.map(isFirst))
  const mine = ended.filter((_, place) => first[place])
  if (!mine.length) return
  if (sound) (await import('./chime.js')).chime()
  // Who looks at the page sees it there.
  if (wanted && mayNote() && document.hidden) mine.forEach(note)
}

/** The switch for letters: the server remembers it, and says on the next page how things stand. Where that fails, the form
 * goes as it would without a script. */
async function letters(event) {
  const form = event.target
  if (!form.closest('.letters')) return
  event.preventDefault()
  const request = { method: 'POST', headers: { accept: 'text/html' }, body: new URLSearchParams(new FormData(form)) }
  const answer = await fetch(form.action, request).catch(() => null)
  const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html')
  const now = page && page.querySelector('.letters')
  if (!now) return form.submit()
  for (const box of document.querySelectorAll('.letters')) {
    box.toggleAttribute('data-waiting', now.hasAttribute('data-waiting'))
    box.querySelector('[name=ended]').value = now.querySelector('[name=ended]').value
    box.querySelector('.switch').setAttribute('aria-checked', now.querySelector('.switch').getAttribute('aria-checked'))
    const pressed = box.querySelector('.letters-said').contains(document.activeElement)
    box.querySelector('.letters-said').replaceChildren(...now.querySelector('.letters-said').cloneNode(true).childNodes)
    if (pressed) box.querySelector('.switch').focus()
  }
}

if (isHere) {
  show()
  wakeWithTouch()
  document.addEventListener('submit', letters)
  document.addEventListener('change', choose)
  document.addEventListener('aisora:work', ({ detail }) => ring(detail))
  addEventListener('storage', ({ key }) => key === CHOSEN && show())
}
