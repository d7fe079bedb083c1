// Pages that are read and filled in (the start, the doors, account, credits) do without the studio's program. What they
// need of a script stands here: the theme at once, times of one's own zone.

import './every.js'
import './stream.js'
import './typed.js'
import { tell } from './dates.js'

const root = document.documentElement
const themes = document.querySelectorAll('.theme-switch button')
for (const button of themes) {
  button.addEventListener('click', (event) => {
    event.preventDefault()
    const theme = button.value
    if (theme === 'auto') root.removeAttribute('data-theme')
    else root.setAttribute('data-theme', theme)
    for (const other of themes) other.setAttribute('aria-pressed', String(other.value === theme))
    fetch('/theme', { method: 'POST', body: new URLSearchParams({ theme, next: '/' }), redirect: 'manual' }).catch(() => {})
  })
}

for (const time of document.querySelectorAll('time')) tell(time)

if (document.querySelector('.compare-bar')) import('./compare.js')
// A video's page that came back with something to say does not live.
if (document.querySelector('.player-bar[data-video]')) import('./player.js')
if (document.querySelector('.trash-many')) import('./trash.js')
if (document.querySelector('.library')) await import('./library.js')
