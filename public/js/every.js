// What every page has: what shows a page without a network, films that play while they are in view, the strip with its signs and
// bells, and a hand on every key.

import './whose.js'
import './bars.js'
import './bells.js'
import './copy.js'
import './films.js'
import './keys.js'
import './person.js'
import './sent.js'
import './signs.js'
import './strip.js'
import './unseen.js'

import './notice.js'

// What shows a page without a network (`sw.js`). A browser that does not want it does without.
const styles = document.getElementById('leptos')
if (styles) navigator.serviceWorker?.register(`/sw.js${new URL(styles.href).search}`).catch(() => {})
