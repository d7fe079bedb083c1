// A form that is on its way is not sent once more by a second press: what it makes would be made twice.

// So many milliseconds it may take to be answered; what brings a file stays on the page, and may be asked for again.
const PATIENCE = 10_000

const sent = new WeakSet()
document.addEventListener('submit', (event) => {
  const { target: form, submitter, defaultPrevented } = event
  const goes = submitter?.getAttribute('formaction') ?? form.action
  if (defaultPrevented || form.method !== 'post' || /\/(download|export)\b/.test(goes)) return
  if (sent.has(form)) return event.preventDefault()
  sent.add(form)
  setTimeout(() => sent.delete(form), PATIENCE)
})
// The way back shows the page as it was.
addEventListener('pagehide', () => {
  for (const form of document.forms) sent.delete(form)
})
