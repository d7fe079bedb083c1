// What plays over the poster of a tile, under the pointer or the focus: its strip of moments at once, and the film as soon as it
// can. Who wants to save data gets the strip alone.

// The pointer must rest so long before anything is fetched, in milliseconds.
const REST = 120
// How long a moment of the strip is seen, in milliseconds.
const MOMENT = 500

let rest
// What plays: the tile's screen, and what was put into it.
let playing
function at(event) {
  const id = event.target.closest?.('.tile-link[data-video]')?.dataset.video
  clearTimeout(rest)
  rest = setTimeout(play, id ? REST : 0, id)
}
function left() {
  clearTimeout(rest)
  // A press takes the focus away from somewhere else first; what it is about to open must not change under it.
  if (!playing?.screen.closest('.tile-link').matches(':hover')) play()
}

function play(id) {
  const screen = (id && document.getElementById(`screen-${id}`)) || undefined
  if (playing?.screen === screen) return
  for (const part of playing?.parts ?? []) part.remove()
  playing = undefined
  if (!screen || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  playing = { screen, parts: [] }
  moments(id, playing)
  if (!navigator.connection?.saveData) film(id, playing)
}

function put(part, { screen, parts }) {
  parts.push(part)
  screen.append(part)
}

async function moments(id, here) {
  const pictures = new Image()
  pictures.src = `/media/${id}/strip.jpg`
  const poster = here.screen.querySelector('img')
  // Not every video has one that can be read.
  const there = await Promise.all([pictures.decode(), poster?.decode()]).then(() => true, () => false)
  if (!there || !poster || playing !== here || here.plays) return
  const ratio = poster.naturalWidth / poster.naturalHeight
  const count = Math.round(pictures.naturalWidth / (pictures.naturalHeight * ratio))
  // A single moment is what the poster shows already.
  if (count < 2) return
  const strip = document.createElement('span')
  strip.className = 'tile-strip'
  Object.assign(strip.style, {
    aspectRatio: ratio,
    backgroundImage: `url("${pictures.src}")`,
    backgroundSize: `${count * 100}% 100%`,
  })
  put(strip, here)
  strip.animate(
    { backgroundPositionX: ['0%', '100%'] },
    { duration: count * MOMENT, easing: `steps(${count}, jump-none)`, iterations: Infinity },
  )
}

function film(id, here) {
  const video = document.createElement('video')
  Object.assign(video, { muted: true, loop: true, playsInline: true, src: `/media/${id}/video.mp4` })
  video.addEventListener('playing', () => {
    here.plays = true
    here.screen.querySelector('.tile-strip')?.remove()
  })
  put(video, here)
  // A browser may refuse to play; what was there stays then.
  video.play().catch(() => {})
}

document.addEventListener('pointerover', at)
document.addEventListener('focusin', at)
document.addEventListener('focusout', left)
document.documentElement.addEventListener('pointerleave', left)
