// Whose page this is: a person's id, empty where nobody is signed in. First of all modules: what another person's pages kept
// for this tab (a draft, a place in the library) is put away before anything reads it.

const WHOSE = 'aisora-person'

export const { person } = document.documentElement.dataset

if (person) {
  const before = sessionStorage.getItem(WHOSE)
  if (before && before !== person) sessionStorage.clear()
  sessionStorage.setItem(WHOSE, person)
}
