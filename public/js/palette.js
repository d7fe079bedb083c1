// The command palette: pages, videos and commands, found by a few letters. Loaded when it is first opened.

import { isConverting } from './ime.js'
import { make } from './make.js'
import { say, UNREACHED } from './notice.js'
import { t, tn } from './words.js'
import { cancel, going, isHere, work } from './work.js'
import * as keys from './keys.js'
import { caps } from './sheet.js'

const RECENT = 'aisora-recent'
const REMEMBERED = 8
const PAUSE = 160
const VIDEOS = 6
/** How many others a video is offered to be compared with. */
const COMPARED = 3
/** As they call themselves (`src/language.rs`). */
const LANGUAGES = [['en', 'English'], ['de', 'Deutsch']]
const GROUPS = { Pages: t('Pages'), Commands: t('Commands'), Videos: t('Videos'), Recent: t('Recent') }

const { lang } = document.documentElement
const { seen } = keys

function post(address, values = {}) {
  const fields = Object.entries(values).map(([name, value]) => make('input', { type: 'hidden', name, value }))
  const form = make('form', { method: 'post', action: address }, ...fields)
  document.body.append(form)
  form.requestSubmit()
}

const speak = (language) => post('/language', { language, next: location.pathname + location.search })

const page = (address, words, more = '') => ({ id: address, group: 'Pages', words, more, run: () => keys.go(address) })

function askToDelete() {
  const fold = document.querySelector('#delete')
  if (fold) fold.open = true
  fold?.querySelector('button')?.focus()
}

const command = (id, words, run, more = '') => ({ id, group: 'Commands', words, more, run })

/** Opens a fold of the page, with the focus in its first field. */
function unfold(fold) {
  fold.open = true
  fold.querySelector('input:not([type="hidden"]), textarea, select')?.focus()
}

/** Makes the video of this page a favourite, or no longer. What else is written to it just now stays. */
async function favourite(box) {
  const is = !box.defaultChecked
  const address = is ? '/library/favourite' : '/library/unfavourite'
  const body = new URLSearchParams({ ids: location.pathname.split('/')[2] })
  const answer = await fetch(address, { method: 'POST', body, headers: { accept: 'application/json' } }).catch(() => null)
  if (!answer?.ok) return say(answer ? t('That did not work. Try again.') : UNREACHED)
  box.checked = box.defaultChecked = is
  say(is ? t('Favourite') : t('No favourite any more'))
}

/** What can be done with the video of this page. */
function ofVideo() {
  if (!keys.isVideo()) return []
  const [download, again] = [seen('main a[download]'), seen('main a[href^="/create?from="]')]
  const form = (end) => document.querySelector(`main form[action$="${end}"]`)
  const [variation, last, restore] = [form('/variation'), form('/last-frame'), form('/library/restore')]
  const [extend, about] = [document.getElementById('extend'), document.getElementById('about')]
  const [grab, use] = [seen('[data-play=grab]'), seen('[data-play=use]')]
  const others = [...document.querySelectorAll('.kin-compare')].slice(0, COMPARED)
  const box = about?.querySelector('[name=favourite]')
  const is = box?.defaultChecked
  return [
    download && command('download', t('Download this video'), () => download.click(), 'save'),
    again && command('again', t('Make another of this video'), () => again.click(), 'remix'),
    variation && {
      ...command('variation', t('Make a variation of this video'), () => variation.requestSubmit(), 'take seed'),
      sure: t('Press again to make a variation {price}.', { price: variation.querySelector('.go-price').textContent }),
    },
    extend && command('extend', t('Extend this video…'), () => unfold(extend), 'longer'),
    last && command('last-frame', t('Go on from the last frame of this video'), () => last.requestSubmit(), 'picture'),
    use && command('use-frame', t('Use the frame that is shown'), () => use.click(), 'picture'),
    grab && command('grab-frame', t('Save the frame that is shown'), () => grab.click(), 'grab png picture'),
    ...others.map((way) => command(way.pathname, way.textContent, () => way.click(), 'side by side')),
    about && command('favourite', is ? t('This video is no favourite any more') : t('Make this video a favourite'), () => favourite(box), 'star'),
    about && command('about', t('Title, tags and note of this video…'), () => unfold(about), 'rename collection'),
    restore && command('restore', t('Restore this video'), () => restore.requestSubmit(), 'trash undo'),
    document.querySelector('#delete') && command('delete', t('Delete this video…'), askToDelete, 'remove'),
  ]
}

/** What can be done here and now. */
function commands() {
  const alive = going()
  const theme = (value, words) => command(`theme-${value}`, t('Theme: {theme}', { theme: words }), () => keys.theme(value), 'look colours')
  return [
    isHere && command('new', t('New video'), () => keys.go('/create', '#prompt'), 'create compose'),
    ...ofVideo(),
    alive.length && {
      ...command('cancel-all', t('Cancel all that is being made ({n})', { n: alive.length }), () => Promise.all(alive.map(({ id }) => cancel(id))), 'stop'),
      sure: tn(alive.length, 'Press again to cancel 1 video. Cancelling is free.', 'Press again to cancel {n} videos. Cancelling is free.'),
    },
    command('keys', t('Keyboard shortcuts'), keys.sheet, 'help'),
    theme('auto', t('as the system')),
    theme('light', t('light')),
    theme('dark', t('dark')),
    ...LANGUAGES.filter(([tag]) => tag !== lang).map(([tag, own]) => command(`language-${tag}`, t('Language: {language}', { language: own }), () => speak(tag), 'language Sprache')),
    isHere && command('sign-out', t('Sign out'), () => post('/sign-out'), 'leave log out'),
    ...(isHere
      ? [
          page('/create', t('Create'), 'studio compose'),
          page('/library', t('Library'), 'videos'),
          page('/library/trash', t('Trash'), 'deleted restore'),
          page('/credits', t('Credits'), 'statement money balance'),
          page('/account', t('Account'), 'settings'),
          page('/account/presets', t('Presets'), 'camera looks moods'),
          page('/account/spending', t('Spending'), 'limits guards'),
          page('/account/keys', t('API keys'), 'programs'),
          page('/account/webhooks', t('Webhooks'), 'programs'),
        ]
      : [page('/sign-in', t('Sign in'), 'log in'), page('/sign-up', t('Create account'), 'register join')]),
    page('/docs/api', t('API documentation'), 'programs docs'),
    page('/', t('Start'), 'home landing'),
  ].filter(Boolean)
}

const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** How well letters fit a text, in their order: starts of words and runs count most. Undefined when they do not. */
export function fit(letters, text) {
  const [wanted, found] = [fold(letters), fold(text)]
  const whole = found.indexOf(wanted)
  if (whole >= 0) return 1_000 - whole + (whole === 0 || found[whole - 1] === ' ' ? 500 : 0)
  // Letters that begin in the middle of a word fit nothing that anybody would mean.
  const begins = [...found].findIndex((letter, at) => letter === wanted[0] && (at === 0 || found[at - 1] === ' '))
  if (begins < 0) return undefined
  let [place, score] = [begins - 1, 0]
  for (const letter of wanted.replaceAll(' ', '')) {
    const next = found.indexOf(letter, place + 1)
    if (next < 0) return undefined
    score += next === place + 1 ? 6 : found[next - 1] === ' ' ? 5 : -Math.min(next - place, 6) / 2
    place = next
  }
  return score > 0 ? score : undefined
}

const recent = () => JSON.parse(localStorage.getItem(RECENT) ?? '[]')
const remember = (id) => localStorage.setItem(RECENT, JSON.stringify([id, ...recent().filter((known) => known !== id)].slice(0, REMEMBERED)))

/** Videos by their names; those that share one are told apart by their takes, and where they were not made together by the time. */
function videos(cards) {
  const name = ({ title, prompt }) => (title || prompt).slice(0, 140)
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' })
  const words = (card) => {
    const alike = cards.filter((other) => name(other) === name(card))
    if (alike.length === 1) return name(card)
    const together = alike.filter(({ quote, prompt }) => quote === card.quote && prompt === card.prompt)
    const parts = [name(card)]
    if (together.length > 1) parts.push(t('Take {n}', { n: together.filter(({ take }) => take <= card.take).length }))
    if (together.length < alike.length) parts.push(when.format(card.created_at))
    return parts.join(' · ')
  }
  return cards.map((card) => ({
    id: `/v/${card.id}`,
    group: 'Videos',
    words: words(card),
    picture: card.poster && `/media/${card.id}/tile.jpg`,
    run: () => keys.go(`/v/${card.id}`),
  }))
}

function listed(typed) {
  const all = commands()
  if (!typed) {
    const known = recent()
    const first = known.map((id) => all.find((item) => item.id === id)).filter(Boolean)
    const lately = work.cards.filter((card) => card.state === 'succeeded').slice(0, 4)
    return [
      ...first.slice(0, 4).map((item) => ({ ...item, group: 'Recent' })),
      ...all.filter((item) => !first.slice(0, 4).includes(item)),
      ...videos(lately),
    ]
  }
  const scored = all.map((item) => [Math.max(fit(typed, item.words) ?? 0, (fit(typed, item.more) ?? 0) - 600), item])
  return scored.filter(([score]) => score > 0).sort(([a], [b]) => b - a).map(([, item]) => item)
}

async function search(typed, signal) {
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const body = JSON.stringify({ query: { search: typed, show: 'all' } })
  const answer = await fetch('/api/gallery/library', { method: 'POST', headers, body, signal })
  return answer.ok ? videos((await answer.json()).cards.slice(0, VIDEOS)) : []
}

const field = make('input', { type: 'text', className: 'palette-field', placeholder: t('Search videos, pages and commands'), autocomplete: 'off', spellcheck: false, enterKeyHint: 'go', maxLength: 200 })
// (Firefox stops at whatever scrolls; nothing can be done there by keyboard.)
const list = make('div', { className: 'palette-list', id: 'palette-list', tabIndex: -1, role: 'listbox', ariaLabel: t('Results') })
// Beside the list: in a listbox stands nothing but what can be chosen.
const none = make('p', { className: 'palette-none', textContent: t('Nothing fits.'), hidden: true })
const told = make('p', { className: 'unseen', role: 'status' })
const shut = make('button', { type: 'button', className: 'button small', textContent: t('Close') })
const dialog = make('dialog', { className: 'palette', ariaLabel: t('Search videos, pages and commands') }, make('div', { className: 'palette-head' }, field, shut), list, none, told)
for (const [name, value] of Object.entries({ role: 'combobox', 'aria-label': t('Search videos, pages and commands'), 'aria-expanded': 'true', 'aria-controls': list.id, 'aria-autocomplete': 'list' })) field.setAttribute(name, value)

let items = []
let chosen = 0
/** Whether somebody chose it, and not the order. */
let moved = false
let sure
let asked
let timer

function option(item, place) {
  const key = keys.table.find(({ words, section }) => item.group !== 'Videos' && (words === item.words || (section === t('Go to') && words.startsWith(item.words))))
  const row = make('div', { className: 'palette-item', id: `palette-${place}`, role: 'option', dir: 'auto', ariaSelected: String(place === chosen) }, make('span', { textContent: sure === item.id ? item.sure : item.words }))
  if (item.picture) row.prepend(make('img', { src: item.picture, alt: '', width: 48, height: 30, loading: 'lazy' }))
  if (key) row.append(make('small', { ariaHidden: 'true' }, ...caps(key.keys)))
  row.dataset.place = place
  return row
}

function show() {
  chosen = Math.max(0, Math.min(chosen, items.length - 1))
  const groups = new Map()
  items.forEach((item, place) => groups.set(item.group, [...(groups.get(item.group) ?? []), option(item, place)]))
  list.replaceChildren(
    ...[...groups].map(([group, rows]) => make('div', { role: 'group', ariaLabel: GROUPS[group] }, make('p', { textContent: GROUPS[group], ariaHidden: 'true' }), ...rows)),
  )
  none.hidden = items.length > 0
  list.hidden = !none.hidden
  field.setAttribute('aria-expanded', String(none.hidden))
  mark()
}

function mark() {
  for (const row of list.querySelectorAll('[role="option"]')) row.ariaSelected = String(Number(row.dataset.place) === chosen)
  const row = document.getElementById(`palette-${chosen}`)
  if (row) field.setAttribute('aria-activedescendant', row.id)
  else field.removeAttribute('aria-activedescendant')
  row?.scrollIntoView({ block: 'nearest' })
}

/** Groups stay together, in the order of their best. */
function ordered(found) {
  const groups = [...new Set(found.map(({ group }) => group))]
  return groups.flatMap((group) => found.filter((item) => item.group === group))
}

function type() {
  const typed = field.value.trim()
  ;[chosen, sure, moved] = [0, undefined, false]
  items = ordered(listed(typed))
  show()
  asked?.abort()
  clearTimeout(timer)
  if (!typed || !isHere) return
  const { signal } = (asked = new AbortController())
  timer = setTimeout(async () => {
    const videos = await search(typed, signal).catch(() => [])
    if (signal.aborted) return
    const held = moved && items[chosen]?.id
    const others = items.filter(({ group }) => group !== 'Videos')
    // A video that has the words comes before a command that has but the letters.
    const isWhole = others[0] && fold(others[0].words).includes(fold(typed))
    const before = items
    items = ordered(isWhole ? [...others, ...videos] : [...videos, ...others])
    chosen = Math.max(0, items.findIndex(({ id }) => id === held))
    // What a finger is about to press stays as it is where nothing is new.
    if (items.length !== before.length || items.some(({ id }, place) => id !== before[place].id)) show()
    else mark()
    told.textContent = tn(items.length, '1 result', '{n} results')
  }, PAUSE)
}

function run(item) {
  if (!item) return
  if (item.sure && sure !== item.id) {
    sure = item.id
    told.textContent = item.sure
    return show()
  }
  if (item.group !== 'Videos') remember(item.id)
  dialog.close()
  item.run()
}

field.addEventListener('input', type)
field.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key]
  if (isConverting(event)) return
  if (event.key === 'Enter') {
    event.preventDefault()
    run(items[chosen])
  } else if (step) {
    event.preventDefault()
    const next = chosen + step
    moved = true
    chosen = Math.abs(step) > 1 ? Math.max(0, Math.min(next, items.length - 1)) : (next + items.length) % Math.max(items.length, 1)
    mark()
  }
})
list.addEventListener('pointermove', ({ target }) => {
  const place = target.closest('[role="option"]')?.dataset.place
  if (place === undefined || Number(place) === chosen) return
  chosen = Number(place)
  moved = true
  mark()
})
list.addEventListener('click', ({ target }) => {
  const place = target.closest('[role="option"]')?.dataset.place
  if (place !== undefined) run(items[Number(place)])
  if (dialog.open) field.focus()
})
shut.addEventListener('click', () => dialog.close())
dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
dialog.addEventListener('close', () => asked?.abort())

/** Opens it with what was typed already; closes it when it is open. */
export function open(typed = '') {
  if (dialog.open) return dialog.close()
  document.body.append(dialog)
  field.value = typed
  type()
  dialog.showModal()
  field.focus()
}
