// Who changes the language has the page written anew: what they typed into its form comes along, but for passwords.

const TYPED = 'aisora-typed'
const fields = () => [...document.querySelectorAll('main form:not([action="/language"], [action="/theme"]) :is(input, textarea)')]
const travels = ({ type, name }) => name && !/^(password|hidden|file|checkbox|radio|submit)$/.test(type)

document.addEventListener('submit', ({ target }) => {
  if (target.getAttribute('action') !== '/language') return
  const values = fields().filter(travels).map(({ name, value }) => [name, value])
  sessionStorage.setItem(TYPED, JSON.stringify({ path: location.pathname, values }))
})

const typed = JSON.parse(sessionStorage.getItem(TYPED))
sessionStorage.removeItem(TYPED)
if (typed?.path === location.pathname) {
  const here = fields().filter(travels)
  for (const [name, value] of typed.values) {
    const field = here.find((field) => field.name === name && !field.value)
    if (field) field.value = value
  }
}
