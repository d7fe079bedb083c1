// The sheet of shortcuts, made from the table of `keys.js` each time it is opened.

import { make } from './make.js'
import { t } from './words.js'
import { areOn, here, turn, written } from './keys.js'

const MOD = /Mac|iP(hone|ad)/.test(navigator.platform) ? '⌘' : t('Ctrl')
const NAMES = { Mod: MOD, Control: t('Ctrl'), Meta: '⌘', Shift: t('Shift'), ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Arrows: '← ↑ ↓ →' }
const THEN = t('then')

/** `g c` as two keys one after the other, `Mod+k` as two at once. */
export function caps(keys) {
  return keys.split(' ').flatMap((press, place) => {
    const large = /^[A-Z]$/.test(press) ? `Shift+${press}` : press
    const held = large.length > 1 ? large.split('+') : [large]
    const each = held.map((key) => make('kbd', { textContent: NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key) }))
    return place ? [` ${THEN} `, ...each] : each
  })
}

const dialog = make('dialog', { className: 'key-sheet', ariaLabel: t('Keyboard shortcuts') })

function fill() {
  const sections = new Map()
  for (const row of [...here(), ...written()]) sections.set(row.section, [...(sections.get(row.section) ?? []), row])
  const shown = [...sections].map(([section, rows]) =>
    make('section', {}, make('h3', { textContent: section }), make('dl', {}, ...rows.map(({ keys, words }) => make('div', {}, make('dt', {}, ...caps(keys)), make('dd', { textContent: words }))))),
  )
  const box = make('input', { type: 'checkbox', role: 'switch', checked: areOn(), autocomplete: 'off' })
  box.addEventListener('change', () => turn(box.checked))
  const shut = make('button', { className: 'button', textContent: t('Close') })
  shut.addEventListener('click', () => dialog.close())
  dialog.replaceChildren(
    make('h2', { textContent: t('Keyboard shortcuts') }),
    make('div', { className: 'key-sections' }, ...shown),
    make('label', { className: 'switch' }, box, t('Shortcuts of single keys. {mod} K works always. Kept in this browser.', { mod: MOD })),
    make('div', { className: 'acts' }, shut),
  )
}

dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
dialog.addEventListener('keydown', ({ key, target }) => key === '?' && target.localName !== 'input' && dialog.close())

/** Shows it. */
export function open() {
  if (dialog.open) return
  fill()
  document.body.append(dialog)
  dialog.showModal()
}
