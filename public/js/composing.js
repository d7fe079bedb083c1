// What the composer has beside the program in wasm: the field grows everywhere, earlier prompts come back by arrow key, and
// words that break a rule are told while one types. What helps with the prompt is loaded when it is asked for.

import { isConverting } from './ime.js'
import { make } from './make.js'
import { sayUnreached } from './notice.js'
import { t } from './words.js'

const isPrompt = (node) => node?.id === 'prompt' && node.closest('form.composer')

/** Puts a text into the prompt, as if it had been typed. */
export function fill(field, text, caret = text.length) {
  field.value = text
  field.setSelectionRange(caret, caret)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

// Where the style sheet cannot do it.
if (!CSS.supports('field-sizing', 'content')) {
  const grow = (field) => {
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight}px`
  }
  const look = () => {
    const field = document.getElementById('prompt')
    if (isPrompt(field)) grow(field)
  }
  for (const happens of ['input', 'focusin', 'focusout']) document.addEventListener(happens, look)
  addEventListener('resize', look)
  // Pages come and go, some with a prompt that is there already.
  let seen
  new MutationObserver(() => {
    const field = document.getElementById('prompt')
    if (field !== seen) look()
    seen = field
  }).observe(document.body, { childList: true, subtree: true })
  look()
}

// What was chosen in this tab stays chosen through a reload and the way back, as the prompt does. A page that brings choices
// of its own has them in its address.
const CHOICES = 'choices'
const NAMES = ['model', 'size', 'seconds', 'takes']
document.addEventListener('change', ({ target: { form, name } }) => {
  if (!NAMES.includes(name) || !form?.matches('.composer')) return
  sessionStorage.setItem(CHOICES, JSON.stringify(NAMES.map((name) => form.elements[name].value)))
})
addEventListener('aisora:composer', async () => {
  const form = document.querySelector('form.composer')
  const kept = JSON.parse(sessionStorage.getItem(CHOICES))
  if (!kept || location.search) return
  for (const [place, name] of NAMES.entries()) {
    const field = form.elements[name]
    const [before, value] = [field.value, kept[place]]
    if (value === before || ![...(field.options ?? field)].some((one) => one.value === value)) continue
    field.value = value
    const changed = field.options ? field : [...field].find((one) => one.checked)
    changed.dispatchEvent(new Event('change', { bubbles: true }))
    // Another model brings other shapes and lengths.
    await new Promise((drawn) => requestAnimationFrame(drawn))
  }
})

// Earlier prompts. `at` is the one that is shown, -1 while none is; `typed` is what stood there before.
const walk = { list: null, at: -1, typed: '' }
const shows = (field) => walk.at >= 0 && field.value === walk.list[walk.at]

async function recent() {
  const answer = await fetch('/prompts/recent', { headers: { accept: 'application/json' } })
  return answer.ok ? answer.json() : []
}

async function back(field) {
  const before = field.value
  if (!shows(field)) {
    // Another text was made of the one that was shown; the one from before that must not be lost.
    if (walk.at >= 0 && walk.typed.trim()) walk.list.unshift(walk.typed)
    Object.assign(walk, { at: -1, typed: before })
  }
  walk.list ??= await recent().catch(() => null)
  if (!walk.list || field.value !== before) return
  const next = walk.list.findIndex((prompt, place) => place > walk.at && prompt !== before)
  if (next < 0) return
  walk.at = next
  fill(field, walk.list[next], 0)
}

function forward(field, home) {
  walk.at = home ? -1 : walk.at - 1
  fill(field, walk.at < 0 ? walk.typed : walk.list[walk.at], walk.at < 0 ? walk.typed.length : 0)
}

document.addEventListener('keydown', ({ key, target }) => {
  const more = target.closest?.('.composer .more[open]')
  if (key !== 'Escape' || !more) return
  more.open = false
  more.querySelector('summary').focus()
})
document.addEventListener('keydown', (event) => {
  const field = event.target
  if (!isPrompt(field) || isConverting(event) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
  const atStart = field.selectionStart === 0 && field.selectionEnd === 0
  if (event.key === 'ArrowUp' && atStart) back(field)
  else if (event.key === 'ArrowDown' && shows(field)) forward(field, false)
  else if (event.key === 'Escape' && shows(field)) forward(field, true)
  else return
  event.preventDefault()
})
document.addEventListener('submit', ({ target }) => {
  if (target.matches('form.composer') && walk.at < 0) walk.list = null
})

// Rules. A server that has none says so once, and is not asked again.
let unruled = false
let resting
let asked = 0
/** Where the prompt breaks a rule: from and to, by place, and the text that these places are of. */
let trips = { places: [], text: '' }

async function check(field) {
  const number = ++asked
  const text = field.value
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const answer = await fetch('/prompts/check', { method: 'POST', headers, body: JSON.stringify({ prompt: text }) })
  if (!answer.ok) return
  const { rules, words, places, message } = await answer.json()
  if (number !== asked || !field.isConnected) return
  unruled = !rules
  trips = { places, text }
  shift(field.value)
  mark(field)
  document.getElementById('prompt-trips').replaceChildren(...(message ? sentence(field, words, message) : []))
}

/** Has the places go along with a text that was changed in one place; those that were changed are none any more. */
function shift(text) {
  const before = trips.text
  const least = Math.min(before.length, text.length)
  let [start, end] = [0, 0]
  while (start < least && before[start] === text[start]) start++
  while (end < least - start && before.at(-1 - end) === text.at(-1 - end)) end++
  const by = text.length - before.length
  const places = trips.places.flatMap(([from, to]) => {
    if (to <= start) return [[from, to]]
    return from >= before.length - end ? [[from + by, to + by]] : []
  })
  trips = { places, text }
}

const behind = (field) => field.form.querySelector('.prompt-marks')

/** Marks the places in the field: its text lies behind it once more, of which only the marks are seen. */
function mark(field) {
  const { places, text } = trips
  const parts = []
  let done = 0
  for (const [from, to] of places) {
    if (to <= done) continue
    const begin = Math.max(from, done)
    parts.push(text.slice(done, begin), make('mark', { textContent: text.slice(begin, to) }))
    done = to
  }
  // A field shows a last line that is empty.
  behind(field).replaceChildren(...(parts.length ? [...parts, `${text.slice(done)}\n`] : []))
  follow(field)
}

const follow = (field) => (behind(field).scrollTop = field.scrollTop)
document.addEventListener('scroll', ({ target }) => isPrompt(target) && follow(target), true)

/** The sentence, with each of the words as a button that goes to it in the field. */
function sentence(field, words, message) {
  const parts = []
  let rest = message
  // The quotes of the page's language.
  const [open, close] = t('“{words}”', { words: '\n' }).split('\n')
  for (const word of words) {
    const [before, ...after] = rest.split(open + word + close)
    if (!after.length) continue
    const button = make('button', { type: 'button', textContent: word })
    button.addEventListener('click', () => {
      const found = trips.places.find((place) => trips.text.slice(...place).replace(/\s+/g, ' ') === word)
      field.focus()
      if (found) field.setSelectionRange(...found)
    })
    parts.push(before, make('span', {}, open, button, close))
    rest = after.join(open + word + close)
  }
  return [...parts, rest]
}

let drawing
document.addEventListener('input', ({ target }) => {
  if (!isPrompt(target) || unruled) return
  if (trips.places.length) {
    shift(target.value)
    if (!trips.places.length) document.getElementById('prompt-trips').replaceChildren()
    cancelAnimationFrame(drawing)
    drawing = requestAnimationFrame(() => target.isConnected && mark(target))
  }
  clearTimeout(resting)
  resting = setTimeout(() => check(target).catch(() => {}), 600)
})

// A page may bring a prompt along: that of another video, of a link, of a form that came back.
addEventListener('aisora:composer', () => {
  const field = document.getElementById('prompt')
  // Nothing of a field that went.
  clearTimeout(resting)
  asked++
  trips = { places: [], text: '' }
  if (field.value.trim() && !unruled) check(field).catch(() => {})
})

document.addEventListener('click', async ({ target }) => {
  const aid = target.closest?.('[data-aid]')
  const more = document.querySelector('.composer .more[open]')
  if (more && !more.contains(target)) more.open = false
  const crop = target.closest?.('.picture-crop')
  try {
    if (aid) await (await import('./aids.js')).toggle(aid)
    if (crop) await (await import('./crop.js')).open(crop.closest('.picture'))
  } catch {
    sayUnreached()
  }
})
