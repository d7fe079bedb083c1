// What of a picture is used: it is moved and enlarged under a frame of the video's shape, by hand or by keys. The server cuts.

import { put } from './picture.js'
import { t } from './words.js'

const clamp = (number, low, high) => Math.min(Math.max(number, low), high)

const WORDS = {
  head: t('What of the picture is used?'),
  frame: t('The piece that is used'),
  keys: t('Drag it, or use the arrow keys; plus and minus enlarge.'),
  larger: t('Larger'),
  middle: t('Use the middle'),
  piece: t('Use this piece'),
}
const HTML = `
  <form method="dialog">
    <h2 id="crop-head">${WORDS.head}</h2>
    <div class="crop-frame" tabindex="0" role="group" aria-label="${WORDS.frame}" aria-describedby="crop-keys"><img alt="" draggable="false"></div>
    <p class="hint" id="crop-keys">${WORDS.keys}</p>
    <label class="crop-zoom"><span>${WORDS.larger}</span><input type="range" min="1" max="4" step="0.05" value="1"></label>
    <p class="field-error" role="status"></p>
    <div class="acts"><button type="button" class="button">${WORDS.middle}</button><button class="button primary">${WORDS.piece}</button></div>
  </form>`

/** Asks what of the box's picture is used. Left alone, it is the middle. */
export async function open(box) {
  const field = box.querySelector('[name=input_reference]')
  const size = box.closest('form').querySelector('[name=size]:checked')?.value.split('x').map(Number)
  if (!field.value || !size) return
  // A piece is chosen of the whole picture, also the second time.
  const whole = box.dataset.piece === field.value ? box.dataset.whole : field.value
  const dialog = document.createElement('dialog')
  dialog.className = 'question crop'
  dialog.setAttribute('aria-labelledby', 'crop-head')
  dialog.innerHTML = HTML
  const [frame, picture, zoom, said] = ['.crop-frame', 'img', '[type=range]', '.field-error'].map((name) => dialog.querySelector(name))
  frame.style.aspectRatio = `${size[0]} / ${size[1]}`
  frame.classList.toggle('tall', size[1] > size[0])
  picture.src = `/pictures/${whole}`
  document.body.append(dialog)
  await picture.decode().catch(() => {})

  const shape = (picture.naturalWidth * size[1]) / (picture.naturalHeight * size[0])
  const at = { x: 0.5, y: 0.5 }
  const piece = () => {
    const [width, height] = [Math.min(1, 1 / shape) / zoom.value, Math.min(1, shape) / zoom.value]
    return { x: clamp(at.x - width / 2, 0, 1 - width), y: clamp(at.y - height / 2, 0, 1 - height), width, height }
  }
  const draw = () => {
    const { x, y, width, height } = piece()
    Object.assign(at, { x: x + width / 2, y: y + height / 2 })
    Object.assign(picture.style, { width: `${100 / width}%`, height: `${100 / height}%`, left: `${(-100 * x) / width}%`, top: `${(-100 * y) / height}%` })
  }
  const move = (x, y) => {
    at.x += x
    at.y += y
    draw()
  }
  const enlarge = (by) => {
    zoom.value = Number(zoom.value) + by
    draw()
  }

  frame.addEventListener('pointerdown', (event) => frame.setPointerCapture(event.pointerId))
  frame.addEventListener('pointermove', (event) => {
    if (!frame.hasPointerCapture(event.pointerId)) return
    const { width, height } = piece()
    move((-event.movementX / frame.clientWidth) * width, (-event.movementY / frame.clientHeight) * height)
  })
  const keys = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] }
  frame.addEventListener('keydown', (event) => {
    if (keys[event.key]) move(...keys[event.key])
    else if (event.key === '+' || event.key === '=') enlarge(0.2)
    else if (event.key === '-') enlarge(-0.2)
    else return
    event.preventDefault()
  })
  zoom.addEventListener('input', draw)
  dialog.addEventListener('close', () => dialog.remove())
  dialog.querySelector('[type=button]').addEventListener('click', () => {
    if (whole !== field.value) put(box, whole)
    dialog.close()
  })
  dialog.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    said.textContent = ''
    const { x, y, width, height } = piece()
    const [left, top] = [Math.round(x * 1000), Math.round(y * 1000)]
    const crop = [left, top, Math.min(Math.round(width * 1000), 1000 - left), Math.min(Math.round(height * 1000), 1000 - top)]
    try {
      const body = new URLSearchParams({ crop: crop.join() })
      const answer = await fetch(`/pictures/${whole}/cut`, { method: 'POST', body, headers: { accept: 'application/json' } })
      const told = await answer.json()
      if (answer.ok) {
        Object.assign(box.dataset, { whole, piece: told.id, shape: size.join('x') })
        put(box, told.id)
        dialog.close()
      } else said.textContent = told.error.fields?.[0]?.message ?? told.error.message
    } catch {
      said.textContent = t('The piece could not be cut. Check your connection and try again.')
    }
  })
  draw()
  dialog.showModal()
  frame.focus()
}
