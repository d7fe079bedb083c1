// The keyboard while the focus is on a tile.

import { walls } from './parts.js'
import { favourite, selectAll, toggle } from './selecting.js'

function next(link, key) {
  const links = [...walls.querySelectorAll('.tile-link')]
  const at = links.indexOf(link)
  if (key === 'Home') return links[0]
  if (key === 'End') return links.at(-1)
  const forward = getComputedStyle(link).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
  if (key === 'ArrowRight' || key === 'ArrowLeft') return links[at + (key === forward ? 1 : -1)]
  const { left, top } = link.getBoundingClientRect()
  const down = key === 'ArrowDown'
  const column = (other) => Math.abs(other.getBoundingClientRect().left - left) < 8
  const beyond = (other) => (down ? other.getBoundingClientRect().top > top + 8 : other.getBoundingClientRect().top < top - 8)
  const way = down ? links.slice(at + 1) : links.slice(0, at).reverse()
  return way.find((other) => beyond(other) && column(other)) ?? (down ? way.findLast(beyond) : undefined)
}

export function pressed(event) {
  const link = event.target.closest?.('.tile-link')
  const tile = event.target.closest?.('.tile')
  if (!tile || event.altKey) return
  if ((event.ctrlKey || event.metaKey) && event.key === 'a') {
    event.preventDefault()
    selectAll()
    return
  }
  if (!link || event.ctrlKey || event.metaKey) return
  // With Shift, which takes all from the last one, a letter comes as a capital.
  const letter = event.key.toLowerCase()
  if (letter === ' ' || letter === 'x') toggle(tile.dataset.id, event)
  else if (letter === 'f') favourite(tile.querySelector('.star'))
  else if (/^(Arrow|Home$|End$)/.test(event.key)) next(link, event.key)?.focus()
  else return
  event.preventDefault()
  event.stopPropagation()
}
