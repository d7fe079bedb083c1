// Films play by themselves, without sound, while they are in view; not where less motion is wanted. What the person chooses
// after that, sound or a pause, stays.

const FILM = 'video[data-in-view]'

// Of each film: whether it is in view, and whether it goes on when it comes into view.
const films = new WeakMap()

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const film = films.get(target)
    if (film.inView && !isIntersecting) film.goesOn = !target.paused
    film.inView = isIntersecting
    // A browser may refuse to play; the poster stays then.
    if (!isIntersecting) target.pause()
    else if (film.goesOn) target.play().catch(() => {})
  }
})

function watch(film) {
  if (films.has(film)) return
  films.set(film, { inView: false, goesOn: true })
  film.muted = true
  sight.observe(film)
}

if (!matchMedia('(prefers-reduced-motion: reduce)').matches) {
  for (const film of document.querySelectorAll(FILM)) watch(film)
  // Pages that live bring films later: each tells that it begins to load.
  document.addEventListener('loadstart', ({ target }) => target.matches?.(FILM) && watch(target), true)
}
