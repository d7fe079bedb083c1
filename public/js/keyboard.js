// A telephone's keyboard. Where the page does not shrink for it (iOS), what stands at the lower edge moves above it: `--keyboard`.

const { style } = document.documentElement
// Bars of the browser come and go; nothing else is as tall.
const LEAST = 120

function measure() {
  const { height, offsetTop, scale } = visualViewport
  const hidden = Math.round(innerHeight - height - offsetTop)
  if (scale === 1 && hidden > LEAST) style.setProperty('--keyboard', `${hidden}px`)
  else style.removeProperty('--keyboard')
}

for (const happens of ['resize', 'scroll']) window.visualViewport?.addEventListener(happens, measure)
