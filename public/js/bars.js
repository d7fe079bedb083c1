// The browser's own bars follow the theme that was chosen here, not only the system's.

const root = document.documentElement
const bars = [...document.querySelectorAll('meta[name="theme-color"]')]
const own = bars.map((bar) => bar.content)

function paint() {
  const { theme } = root.dataset
  const chosen = bars.findIndex((bar) => theme && bar.media.includes(theme))
  for (const [place, bar] of bars.entries()) bar.content = own[chosen < 0 ? place : chosen]
}

new MutationObserver(paint).observe(root, { attributeFilter: ['data-theme'] })
paint()
