// The words of the page's language. The English sentence is the key, as in the rest of the program (`src/language.rs`):
// `t('Saved')`, `t('{n} on hold', { n })`, `tn(n, '1 video', '{n} videos')`. They are there before anything is imported.

const { lang } = document.documentElement
const file = document.getElementById('words')
// Without its words a page still does its work, in English.
const words = file ? await fetch(file.href).then((answer) => answer.json(), () => ({})) : {}

export const t = (english, values = {}) =>
  (words[english] ?? english).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
export const number = (value) => value.toLocaleString(lang)
export const tn = (n, one, many, values) => t(n === 1 ? one : many, { n: number(n), ...values })
