// What every page has.

import './notice.js'

// What shows a page without a network (`sw.js`). A browser that does not want it does without.
const styles = document.getElementById('leptos')
if (styles) navigator.serviceWorker?.register(`/sw.js${new URL(styles.href).search}`).catch(() => {})
