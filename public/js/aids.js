// What helps with the prompt: presets as chips, and a prompt made of parts. Both only ever write text into the field, which
// stays in sight, and take back only what they wrote themselves.

import { fill } from './composing.js'
import { isConverting } from './ime.js'
import { make } from './make.js'
import { t } from './words.js'

const KINDS = [['camera', t('Camera')], ['look', t('Looks')], ['mood', t('Moods')], ['own', t('Your own')]]
const PARTS = [
  ['subject', t('Subject'), t('an old fisherman'), [t('a paper boat'), t('a red fox'), t('an empty street'), t('two dancers')]],
  ['action', t('Action'), t('mends his net'), [t('drifts past'), t('turns to look back'), t('slowly fills with light'), t('runs through the rain')]],
  ['camera', t('Camera'), t('slow push-in'), 'camera'],
  ['light', t('Lighting'), t('first light, long shadows'), [t('soft window light'), t('backlit by the sun'), t('candlelight'), t('moonlight on water')]],
  ['style', t('Style'), t('pastel colours'), 'look'],
  ['mood', t('Mood'), t('calm and unhurried'), 'mood'],
]

const panel = () => document.getElementById('aid-panel')
const prompt = () => document.getElementById('prompt')

let kept
let own = []
/** Those of the studio, with names and texts in the language of the page. */
async function builtIn() {
  if (kept) return kept
  const { presets } = await (await fetch('/composing/presets.json')).json()
  return (kept = presets.map((preset) => ({ ...preset, name: t(preset.name), text: t(preset.text) })))
}

async function loadOwn() {
  const answer = await fetch('/prompts/presets', { headers: { accept: 'application/json' } })
  if (answer.ok) own = await answer.json()
}

// --- A piece of text in the prompt.

const several = (field) => field.form.querySelector('[name=lines]')?.checked && field.value.trim().includes('\n')
/** Where several prompts are written, one a line, a preset belongs to each. */
const linesOf = (field) => (several(field) ? field.value.split('\n') : [field.value])
const joint = (text) => (text === '' || /\s$/.test(text) ? '' : /[,.;:!?]$/.test(text) ? ' ' : ', ')
const append = (text, piece) => text + joint(text) + piece
const isIn = (field, piece) => {
  const lines = linesOf(field).filter((line) => line.trim())
  return lines.length > 0 && lines.every((line) => line.includes(piece))
}

function without(text, piece) {
  for (const whole of [`, ${piece}`, `${piece}, `, ` ${piece}`, piece]) {
    const at = text.indexOf(whole)
    if (at >= 0) return text.slice(0, at) + text.slice(at + whole.length)
  }
  return text
}

function toggleText(piece) {
  const field = prompt()
  const out = isIn(field, piece)
  const many = several(field)
  const change = (line) => {
    if (out) return without(line, piece)
    return line.includes(piece) || (many && !line.trim()) ? line : append(line, piece)
  }
  fill(field, linesOf(field).map(change).join('\n'))
}

// --- Presets.

let kind = 'camera'

function chip({ name, text, id }, isOwn) {
  const still = isOwn ? [] : [make('img', { src: `/composing/${id}.jpg`, alt: '', width: 120, height: 68, loading: 'lazy' })]
  const words = isOwn ? [make('small', { textContent: text, dir: 'auto' })] : []
  const button = make('button', { type: 'button', className: 'preset-chip', title: text }, ...still, make('span', { textContent: name, dir: 'auto' }), ...words)
  button.dataset.text = text
  button.ariaPressed = String(isIn(prompt(), text))
  button.addEventListener('click', () => toggleText(text))
  return make('li', {}, button)
}

async function chips() {
  const list = panel().querySelector('.preset-chips')
  const shown = kind === 'own' ? own : (await builtIn()).filter((preset) => preset.kind === kind)
  if (!list.isConnected) return
  const none = make('li', { className: 'hint', textContent: t('None yet. Keep what you use again.') })
  list.replaceChildren(...(shown.length ? shown.map((preset) => chip(preset, kind === 'own')) : [none]))
  list.scrollLeft = 0
  for (const tab of panel().querySelectorAll('[data-kind]')) tab.ariaPressed = String(tab.dataset.kind === kind)
}

function save() {
  const field = prompt()
  const chosen = field.value.slice(field.selectionStart, field.selectionEnd).trim() || field.value.trim()
  const name = make('input', { id: 'preset-name', autocomplete: 'off', dir: 'auto' })
  const said = make('p', { className: 'field-error', role: 'status' })
  const options = [['look', t('Look')], ['camera', t('Camera move')], ['mood', t('Mood')], ['other', t('Other')]]
  const select = make('select', { ariaLabel: t('Kind') }, ...options.map(([value, label]) => make('option', { value, textContent: label })))
  const button = make('button', { type: 'button', className: 'button small primary', textContent: t('Keep it') })
  const words = make('p', { className: 'preset-words hint', textContent: chosen || t('The prompt is empty. Write something first.'), dir: 'auto' })
  const box = make('div', { className: 'preset-save' }, words, make('label', { htmlFor: 'preset-name', textContent: t('Name') }), name, select, button, said)
  const keep = async () => {
    said.textContent = ''
    const headers = { accept: 'application/json', 'content-type': 'application/json' }
    const body = JSON.stringify({ name: name.value, kind: select.value, text: chosen })
    try {
      const answer = await fetch('/prompts/presets', { method: 'POST', headers, body })
      const told = await answer.json()
      if (!answer.ok) {
        said.textContent = told.error.fields?.[0]?.message ?? told.error.message
        name.focus()
        return
      }
    } catch {
      said.textContent = t('It could not be kept. Check your connection and try again.')
      return
    }
    await loadOwn()
    kind = 'own'
    box.remove()
    await chips()
    panel().querySelector('[data-kind=own]')?.focus()
  }
  button.addEventListener('click', keep)
  name.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !isConverting(event)) keep()
  })
  panel().querySelector('.preset-save')?.remove()
  panel().append(box)
  name.focus()
}

function presets() {
  const tabs = KINDS.map(([value, label]) => {
    const tab = make('button', { type: 'button', className: 'aid-tab', textContent: label })
    tab.dataset.kind = value
    tab.addEventListener('click', () => {
      kind = value
      chips()
    })
    return tab
  })
  const keep = make('button', { type: 'button', className: 'button small quiet', textContent: t('Save as preset') })
  keep.addEventListener('click', save)
  const all = make('a', { className: 'button small quiet', href: '/account/presets', textContent: t('Edit yours'), rel: 'external' })
  const list = make('ul', { className: 'preset-chips', ariaLabel: t('Presets') })
  return [make('div', { className: 'aid-tabs', role: 'group', ariaLabel: t('Kinds of presets') }, ...tabs), list, make('div', { className: 'aid-acts' }, keep, all)]
}

// --- A prompt made of parts. Each part knows where it stands in the text, as long as it still stands there.

const spans = new Map()
let expected = ''

/** After the person changed the text: a part that is still there, once, is found again; any other is theirs now. */
function relocate() {
  const text = prompt().value
  if (text === expected) return
  for (const [part, span] of spans) {
    const at = text.indexOf(span.text)
    if (at < 0 || text.includes(span.text, at + 1)) spans.delete(part)
    else span.at = at
  }
  expected = text
}

function splice(from, to, piece) {
  const field = prompt()
  const text = field.value.slice(0, from) + piece + field.value.slice(to)
  for (const span of spans.values()) if (span.at > from) span.at += piece.length - (to - from)
  expected = text
  fill(field, text, from + piece.length)
}

function write(part, piece) {
  relocate()
  const text = prompt().value
  const span = spans.get(part)
  if (!span && !piece) return
  if (!span) {
    const whole = append(text, piece)
    spans.set(part, { at: whole.length - piece.length, text: piece })
    expected = whole
    fill(prompt(), whole)
  } else if (piece) {
    splice(span.at, span.at + span.text.length, piece)
    span.text = piece
  } else {
    spans.delete(part)
    const [from, to] = [span.at, span.at + span.text.length]
    if (text.slice(0, from).endsWith(', ')) splice(from - 2, to, '')
    else splice(from, text.startsWith(', ', to) ? to + 2 : to, '')
  }
}

function parts(known) {
  const fields = PARTS.map(([name, label, example, words]) => {
    const id = `part-${name}`
    const input = make('input', { id, placeholder: example, autocomplete: 'off', dir: 'auto', value: spans.get(id)?.text ?? '' })
    const texts = Array.isArray(words) ? words : known.filter((preset) => preset.kind === words).map((preset) => preset.text)
    const list = make('datalist', { id: `${id}-list` }, ...texts.map((value) => make('option', { value })))
    input.setAttribute('list', list.id)
    input.addEventListener('input', (event) => {
      event.stopPropagation()
      write(id, input.value.trim())
    })
    return make('div', { className: 'part' }, make('label', { htmlFor: id, textContent: label }), input, list)
  })
  const hint = make('p', { className: 'hint', textContent: t('Each part is written into the prompt as you type. Change it here or there.') })
  return [make('div', { className: 'parts' }, ...fields), hint]
}

// --- The panel.

function close(focus) {
  const box = panel()
  const open = document.querySelector('[data-aid][aria-expanded=true]')
  if (!box || !open) return
  box.hidden = true
  box.replaceChildren()
  open.ariaExpanded = 'false'
  if (focus) open.focus()
}

/** Opens or closes the panel of an aid. */
export async function toggle(aid) {
  const wasOpen = aid.ariaExpanded === 'true'
  close(false)
  if (wasOpen) return
  const box = panel()
  aid.ariaExpanded = 'true'
  const isPresets = aid.dataset.aid === 'presets'
  const known = await builtIn().catch(() => [])
  if (aid.ariaExpanded !== 'true') return
  relocate()
  const head = make('b', { textContent: isPresets ? t('Presets') : t('Helper'), id: 'aid-head' })
  const out = make('button', { type: 'button', className: 'icon-button aid-close', ariaLabel: t('Close'), textContent: '×' })
  out.addEventListener('click', () => close(true))
  box.setAttribute('role', 'group')
  box.setAttribute('aria-labelledby', 'aid-head')
  box.replaceChildren(make('div', { className: 'aid-head' }, head, out), ...(isPresets ? presets() : parts(known)))
  // It unfolds over the page above the composer, however high that is.
  box.style.setProperty('--room', `${Math.max(160, box.closest('form').getBoundingClientRect().top - 16)}px`)
  box.hidden = false
  if (isPresets) {
    await Promise.all([chips(), loadOwn().catch(() => {})])
    if (kind === 'own') await chips()
    box.querySelector(`[data-kind=${kind}]`)?.focus()
  } else box.querySelector('input').focus()
}

document.addEventListener('input', ({ target }) => {
  if (target.id !== 'prompt' || panel()?.hidden !== false) return
  for (const button of panel().querySelectorAll('[data-text]')) button.ariaPressed = String(isIn(target, button.dataset.text))
  if (target.value === expected) return
  relocate()
  for (const input of panel().querySelectorAll('.part input')) if (!spans.has(input.id)) input.value = ''
})
document.addEventListener('keydown', (event) => {
  if (!event.target.closest?.('#aid-panel') || isConverting(event)) return
  if (event.key === 'Escape') close(true)
  // In here, Enter creates nothing.
  if ((event.key === 'Enter' && event.target.matches('input')) || event.key === 'Escape') event.preventDefault()
})
