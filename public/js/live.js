// What the studio's pages have beside the program in wasm. Everything here listens at the document: pages come and go.

import './every.js'
import './heard.js'
import './keyboard.js'
import './composing.js'
import './picture.js'
import './preview.js'
import './swipe.js'
import './player.js'
