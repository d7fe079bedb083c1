// What plays over the poster of a tile, under the pointer or the focus.

// The pointer must rest so long before a video is fetched, in milliseconds.
const REST = 120

let rest
function at(event) {
  const id = event.target.closest?.('.tile-link[data-video]')?.dataset.video
  clearTimeout(rest)
  rest = setTimeout(play, id ? REST : 0, id)
}
function left() {
  clearTimeout(rest)
  play()
}

function play(id) {
  const frame = id && document.getElementById(`screen-${id}`)
  const playing = document.getElementById('preview')
  if ((playing?.parentElement ?? null) === (frame || null)) return
  playing?.remove()
  if (!frame || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const video = document.createElement('video')
  Object.assign(video, { id: 'preview', muted: true, loop: true, playsInline: true, src: `/media/${id}/video.mp4` })
  frame.append(video)
  // A browser may refuse to play; the poster stays then.
  video.play().catch(() => {})
}

document.addEventListener('pointerover', at)
document.addEventListener('focusin', at)
document.addEventListener('focusout', left)
document.documentElement.addEventListener('pointerleave', left)
