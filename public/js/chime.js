// Two soft notes, made by the browser.

const NOTES = [
  [659.25, 0],
  [987.77, 0.14],
]

let context

/** Has the browser let the page play, on a press. Answers whether it does already. */
export function wake() {
  context ??= new AudioContext()
  if (context.state === 'running') return true
  context.resume().catch(() => {})
  return false
}

/** Plays the chime; silent where the browser lets no page play before it was touched. */
export async function chime() {
  context ??= new AudioContext()
  if (context.state !== 'running') await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 500))])
  if (context.state !== 'running') return
  const start = context.currentTime + 0.02
  for (const [pitch, after] of NOTES) {
    const [voice, volume] = [context.createOscillator(), context.createGain()]
    voice.type = 'sine'
    voice.frequency.value = pitch
    volume.gain.setValueAtTime(0, start + after)
    volume.gain.linearRampToValueAtTime(0.16, start + after + 0.015)
    volume.gain.exponentialRampToValueAtTime(0.0001, start + after + 0.9)
    voice.connect(volume).connect(context.destination)
    voice.start(start + after)
    voice.stop(start + after + 0.95)
  }
}
