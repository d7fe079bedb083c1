// The picture that a video starts from: chosen, dropped on the composer or picture into it. It is uploaded at once, and the
// composer hears of it as of any other field.

import { t } from './words.js'

const boxOf = (node) => node?.closest?.('form.composer')?.querySelector('.picture:not(.idle)')
const composer = () => document.querySelector('form.composer')

export function put(box, id, words = '') {
  const field = box.querySelector('[name=input_reference]')
  box.classList.toggle('has-picture', id !== '')
  const shown = box.querySelector('.picture-shown')
  if (id) shown.src = `/pictures/${id}`
  else shown.removeAttribute('src')
  box.closest('form').querySelector('.picture-said').textContent = words
  field.value = id
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

// A picture of another shape than the video: what of it is used may be chosen.
async function offerPiece(box, { width, height }) {
  const size = box.closest('form').querySelector('[name=size]:checked')?.value.split('x')
  if (!size || Math.abs((width * size[1]) / (height * size[0]) - 1) < 0.02) return
  const { open } = await import('./crop.js')
  open(box)
}

async function take(box, file) {
  box.ariaBusy = 'true'
  let kept
  let id = box.querySelector('[name=input_reference]').value
  let words = ''
  try {
    const headers = { accept: 'application/json', 'content-type': 'application/octet-stream' }
    const response = await fetch('/pictures', { method: 'POST', body: file, headers })
    const answer = await response.json()
    if (response.ok) id = (kept = answer).id
    else words = answer.error.fields?.[0]?.message ?? answer.error.message
  } catch {
    words = t('The picture could not be sent. Check your connection and try again.')
  }
  box.ariaBusy = null
  if (!box.isConnected) return
  put(box, id, words)
  if (kept) offerPiece(box, kept)
}

// A piece that was chosen for another shape is given up: of the whole picture the middle is used, until a piece is chosen again.
function reshape(form) {
  const box = form.querySelector('.picture:not(.idle)')
  const { piece, whole, shape } = box?.dataset ?? {}
  const size = form.querySelector('[name=size]:checked')?.value
  if (!piece || !size || size === shape || box.querySelector('[name=input_reference]').value !== piece) return
  put(box, whole, t('The shape has changed, so the middle of the picture is used. Choose the piece again if you want another one.'))
}
document.addEventListener('change', ({ target }) => {
  if (target.name === 'model' && composer()) composer().querySelector('.picture-said').textContent = ''
  if (target.name === 'size' || target.name === 'model') return void setTimeout(reshape, 0, target.form)
  if (target.name !== 'picture_file' || !target.files[0]) return
  take(boxOf(target), target.files[0])
  // The form must not send it once more, and the same file may be chosen again.
  target.value = ''
})
document.addEventListener('click', (event) => {
  if (!event.target.matches?.('.picture-out')) return
  event.preventDefault()
  const box = boxOf(event.target)
  put(box, '')
  box.querySelector('[type=file]').focus()
})
// With a pasted text may come files that nobody meant. What is dropped was meant: its bytes tell the server what it is.
const picture = (data) => [...(data?.files ?? [])].find((file) => file.type.startsWith('image/'))

const isCovered = () => document.querySelector('dialog[open]')

/** A picture that comes into the page is meant for its composer, wherever it is let go. */
function bring(form, file) {
  const box = boxOf(form)
  if (box) return take(box, file)
  const isPicture = !file.type || file.type.startsWith('image/')
  const words = isPicture ? t('This model does not start from a picture. Choose another one, then bring the picture again.') : t('This is not a picture.')
  form.querySelector('.picture-said').textContent = words
}
document.addEventListener('paste', (event) => {
  const [form, file] = [composer(), picture(event.clipboardData)]
  if (!form || !file || isCovered()) return
  event.preventDefault()
  bring(form, file)
})
// Without this the browser leaves the page and shows the file.
document.addEventListener('dragover', (event) => {
  if (composer() && event.dataTransfer.types.includes('Files')) event.preventDefault()
})
document.addEventListener('drop', (event) => {
  const [form, files] = [composer(), event.dataTransfer.files]
  if (!form || !files.length) return
  event.preventDefault()
  if (!isCovered()) bring(form, picture(event.dataTransfer) ?? files[0])
})
