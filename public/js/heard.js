// The studio's program holds the one event stream of the tab; what it hears, it hands on.

import { adopt, take } from './work.js'

addEventListener('aisora:event', ({ detail }) => take(detail))
addEventListener('aisora:snapshot', ({ detail }) => adopt(detail))
