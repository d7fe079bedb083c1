// Who is signed in. All tabs of a browser have one session: when the person of a page signs out in another tab, or somebody
// else signs in there, the page covers itself. What it shows is not for whoever sits here now, and what they would press here
// would happen in their own name. What was typed stays underneath, for when the person is back.

import { make } from './make.js'
import { person } from './whose.js'
import { ask } from './work.js'
import { t } from './words.js'

const tabs = new BroadcastChannel('aisora-person')
let cover
let wasOther = false

/** Whether something stands in a field that would be lost with the page. */
function isTyped() {
  const fields = document.querySelectorAll('main :is(textarea, input:not([type="hidden"], [type="checkbox"], [type="radio"]))')
  return [...fields].some((field) => field.value !== field.defaultValue)
}

function signedOut() {
  const typed = isTyped()
  const here = location.pathname + location.search
  const way = make('a', { className: 'button primary', href: `/sign-in?next=${encodeURIComponent(here)}`, textContent: t('Sign in'), rel: 'external' })
  if (typed) way.target = '_blank'
  const why = t('In another tab, or because your session has ended.')
  const kept = t('What you typed here is still there when you are back.')
  return [make('h2', { textContent: t('You are signed out') }), make('p', { textContent: typed ? `${why} ${kept}` : why }), make('div', { className: 'acts' }, way)]
}

function somebodyElse() {
  const way = make('button', { className: 'button primary', textContent: t('Load the page anew') })
  way.addEventListener('click', () => location.reload())
  const words = t('In another tab of this browser. This page belongs to the account that was signed in before.')
  return [make('h2', { textContent: t('Somebody else is signed in') }), make('p', { textContent: words }), make('div', { className: 'acts' }, way)]
}

function show(...inside) {
  for (const film of document.querySelectorAll('video')) film.pause()
  if (!cover) {
    cover = make('dialog', { className: 'question cover' })
    // There is no way past it.
    cover.addEventListener('cancel', (event) => event.preventDefault())
    cover.addEventListener('close', () => cover && cover.showModal())
    document.body.append(cover)
  }
  cover.replaceChildren(...inside)
  cover.ariaLabel = inside[0].textContent
  if (cover.open) cover.querySelector('.button').focus()
  else cover.showModal()
}

/** A form says whose page it comes from: should it wait at the sign-in page, nobody else sees there what was written. */
function sign({ target: form }) {
  if (form.method === 'post' && !form.querySelector('[name="person"]')) form.append(make('input', { type: 'hidden', name: 'person', value: person }))
}

/** Who is signed in now: a person's id, or nothing. */
function turn(who) {
  if (who === person) {
    // The work of two people does not mix in one page.
    if (wasOther) location.reload()
    const away = cover
    cover = undefined
    away?.remove()
    if (away) dispatchEvent(new Event('aisora:back'))
    return
  }
  wasOther ||= who !== ''
  show(...(who ? somebodyElse() : signedOut()))
}

/** A page of whoever was opened. The browser may have shown it from its store: the server tells who is signed in. */
async function heard({ data }) {
  if (data === person && !cover) return
  try {
    const snapshot = await ask()
    turn(snapshot ? snapshot.of : '')
  } catch {
    // Without a line nothing can be pressed here either.
  }
}

if (person !== undefined) tabs.postMessage(person)
if (person) {
  document.addEventListener('submit', sign)
  tabs.addEventListener('message', heard)
  addEventListener('aisora:person', ({ detail }) => turn(detail))
}
