// A tab that nobody looks at still shows in its title how far the work is, and rings when it is done. It has no stream
// then: of all such tabs one asks the server now and then, and tells the others.

import { adopt, ask, going, isHere } from './work.js'

const PAUSE = 5_000

if (isHere && navigator.locks && window.BroadcastChannel) {
  const others = new BroadcastChannel('aisora-work')
  others.onmessage = ({ data }) => adopt(data)
  let waits
  const pause = (stop) =>
    new Promise((done) => {
      const timer = setTimeout(done, PAUSE)
      stop.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true })
    })

  async function keepAsking(stop) {
    while (!stop.aborted && going().length) {
      await pause(stop)
      if (stop.aborted) return
      try {
        const snapshot = await ask()
        if (!snapshot) return
        others.postMessage(snapshot)
      } catch {
        // No line now; there may be one the next time.
      }
    }
  }

  const turn = () => {
    const wanted = document.hidden && going().length > 0
    if (wanted && !waits) {
      const stop = (waits = new AbortController())
      const { signal } = stop
      const over = () => waits === stop && (waits = undefined)
      navigator.locks.request('aisora-unseen', { signal }, () => keepAsking(signal)).then(over, over)
    } else if (!wanted && waits) {
      waits.abort()
      waits = undefined
    }
  }
  document.addEventListener('visibilitychange', turn)
  document.addEventListener('aisora:work', turn)
  turn()
}
