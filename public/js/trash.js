// Many videos of the trash selected at once: how many, how much they take up, and all of them in one press.

import { number, t } from './words.js'

const form = document.getElementById('many')
const boxes = [...document.querySelectorAll('.trash-pick input')]
const all = form.querySelector('.select-all')
let last

/** `820 kB`, `41.2 MB`, `1.5 GB`, as the page writes sizes (`src/model/trash.rs`). */
function size(bytes) {
  if (bytes < 100_000) return `${Math.ceil(bytes / 1_000)} kB`
  const [unit, name] = bytes < 1_000_000_000 ? [1_000_000, 'MB'] : [1_000_000_000, 'GB']
  const tenths = { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false }
  return `${(Math.floor(bytes / (unit / 10)) / 10).toLocaleString(document.documentElement.lang, tenths)} ${name}`
}

function count() {
  const chosen = boxes.filter(({ checked }) => checked)
  const bytes = chosen.reduce((sum, { dataset }) => sum + Number(dataset.bytes), 0)
  const words = t('{n} selected', { n: number(chosen.length) })
  form.querySelector('.chosen-count b').textContent = bytes ? `${words}, ${size(bytes)}` : words
  all.hidden = chosen.length === boxes.length
}

function choose(boxes, is) {
  for (const box of boxes) box.checked = is
  count()
}

for (const box of boxes) {
  box.addEventListener('click', ({ shiftKey }) => {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b)
    last = box
    choose(shiftKey && from >= 0 ? boxes.slice(from, to + 1) : [box], box.checked)
  })
}
all.addEventListener('click', () => {
  choose(boxes, true)
  form.querySelector('[type=reset]').focus()
})
form.addEventListener('reset', (event) => {
  event.preventDefault()
  const first = boxes.find(({ checked }) => checked)
  choose(boxes, false)
  // The bar goes, and must not take the focus with it.
  first?.focus()
})
// The way back may bring what was selected before.
addEventListener('pageshow', count)
count()
