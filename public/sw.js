// Says so when there is no network, and keeps the studio's own files: those whose address carries the hash of their
// contents, and the page that is shown without a network. Never a page, a video, an answer or anything of a person.
// The address of this worker carries the stamp of the style sheet, so that each version brings a cache of its own.
// To switch it off, serve an empty file here.

const SHELL = `shell${location.search}`
const OFFLINE = '/offline'
const MARK = '/mark.svg'
const isStamped = ({ pathname, search }) =>
  (/^\/((pkg|js|words)\/)?[a-z]+\.(css|js|json|wasm)$/.test(pathname) && /^\?v=[\w-]+$/.test(search)) || /^\/js\/chunk-\w+\.js$/.test(pathname)
// The server says so of the stamp that is current, and of no other.
const isForGood = (answer) => answer.ok && /^public\b.*\bimmutable\b/.test(answer.headers.get('cache-control') ?? '')

async function install() {
  const shell = await caches.open(SHELL)
  // Without cookies: what is kept is nobody's.
  const page = await fetch(OFFLINE, { credentials: 'omit', cache: 'no-cache' })
  if (!page.ok) throw new Error(`${OFFLINE} answers ${page.status}`)
  const style = /href="([^"]+\.css\?v=[^"]+)"/.exec(await page.clone().text())[1]
  await Promise.all([shell.put(OFFLINE, page), shell.addAll([style, MARK])])
  await skipWaiting()
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name !== SHELL)
  await Promise.all(old.map((name) => caches.delete(name)))
  await clients.claim()
}

async function stamped(event, url) {
  const { request } = event
  const shell = await caches.open(SHELL)
  const kept = await shell.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  // Kept beside: the page compiles what comes while it comes.
  if (isForGood(answer)) event.waitUntil(keep(shell, request, url, answer.clone()))
  return answer
}

async function keep(shell, request, url, answer) {
  const others = (await shell.keys()).filter((other) => new URL(other.url).pathname === url.pathname)
  await Promise.all(others.map((other) => shell.delete(other)))
  // A full disk is no reason to fail.
  await shell.put(request, answer).catch(() => {})
}

const orKept = (request, kept) => fetch(request).catch(async (error) => {
  const answer = await caches.match(kept)
  if (answer) return answer
  throw error
})

addEventListener('install', (event) => event.waitUntil(install()))
addEventListener('activate', (event) => event.waitUntil(activate()))
addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (request.mode === 'navigate') event.respondWith(orKept(request, OFFLINE))
  else if (url.pathname === MARK) event.respondWith(orKept(request, MARK))
  else if (isStamped(url)) event.respondWith(stamped(event, url))
})
addEventListener('notificationclick', ({ notification }) => {
  notification.close()
  clients.openWindow(notification.data)
})
