// Buttons that copy: an id, or an address of this site in full.

import { t } from './words.js'

document.addEventListener('click', async ({ target }) => {
  const copy = target.closest?.('[data-copy]')
  if (!copy) return
  const { copy: text } = copy.dataset
  try {
    await navigator.clipboard.writeText(text.startsWith('/') ? new URL(text, location).href : text)
    copy.ariaLabel = copy.title = t('Copied')
  } catch {
    getSelection().selectAllChildren(copy.previousElementSibling)
  }
})
