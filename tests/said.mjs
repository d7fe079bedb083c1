// What the modules of the page say about work, for cases from the standard input. `src/server/http/strip.rs` says it too, and
// its test compares the two.

import { readFileSync } from 'node:fs'

const { lang, words, now, cards, groups } = JSON.parse(readFileSync(0, 'utf8'))
const file = words && { href: `data:application/json,${encodeURIComponent(words)}` }
globalThis.document = { documentElement: { lang, dataset: {} }, getElementById: (id) => (id === 'words' ? file : null) }
const { STATES, summed, timing, together } = await import('../public/js/said.js')

const going = ({ state }) => ['queued', 'submitting', 'running', 'storing'].includes(state)
console.log(
  JSON.stringify({
    states: cards.map((card) => STATES[card.state]),
    times: cards.map((card) => timing(card, now)),
    lines: groups.map((group) => summed(group.filter(going), group.filter((card) => !going(card)))),
    far: groups.map((group) => (group.some(going) ? together(group.filter(going)) : null)),
  }),
)
