// A server of the Videos protocol that takes pictures, played strictly: what the real ones refuse, it refuses.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { Server } from './server.ts'
import { test as base } from './test.ts'

/** 1280 × 720, 5 s. */
const film = fs.readFileSync(path.resolve(import.meta.dirname, '../../public/showcase/1.mp4'))

export class Maker {
  /** Width and height of the picture of each order; null where there was none. */
  readonly pictures: ([number, number] | null)[] = []
  /** What it makes from now on has sound. */
  sounds = false
  /** How far all that it makes is: so many percent until a test says otherwise, ready at once, or of no avail. */
  makes: number | 'ready' | 'nothing' = 'ready'
  /** Whoever asks gets no answer. */
  silent = false
  readonly #server: http.Server

  private constructor() {
    this.#server = http.createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => this.#answer(request, Buffer.concat(parts), response))
    })
  }

  static async start(): Promise<Maker> {
    const maker = new Maker()
    maker.#server.listen(0, '127.0.0.1')
    await once(maker.#server, 'listening')
    return maker
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #made(show: (status: string, progress?: number) => object): object {
    if (this.makes === 'ready') return show('completed')
    if (this.makes === 'nothing') return { ...show('failed'), error: { code: 'server_error', message: 'It did not work out.' } }
    return show('in_progress', this.makes)
  }

  #answer(request: http.IncomingMessage, body: Buffer, response: http.ServerResponse): void {
    // Asked again at once, so that what a test changes here is soon on the page.
    const headers = { 'content-type': 'application/json', 'openai-poll-after-ms': '200' }
    const say = (status: number, value: unknown) => response.writeHead(status, headers).end(JSON.stringify(value))
    const show = (status: string, progress = 0) => ({ id: 'video_1', object: 'video', status, progress, created_at: 1 })
    if (this.silent) return void request.socket.destroy()
    if (request.headers.authorization !== 'Bearer maker') return void say(401, { error: { message: 'no key', type: 'invalid_request_error', param: null, code: null } })
    const { method, url } = request
    if (method === 'POST' && url === '/v1/videos') {
      const size = jpegSize(body)
      this.pictures.push(size)
      if (size && size.join('x') !== '1280x720') {
        return void say(400, { error: { message: 'Inpaint image must match the requested width and height', type: 'invalid_request_error', param: null, code: null } })
      }
      return void say(200, show('queued'))
    }
    if (method === 'GET' && url === '/v1/videos/video_1') return void say(200, this.#made(show))
    if (method === 'GET' && url === '/v1/videos/video_1/content') return void response.writeHead(200, { 'content-type': 'video/mp4' }).end(this.sounds ? withSound() : film)
    if (method === 'DELETE') return void say(200, { id: 'video_1', object: 'video.deleted', deleted: true })
    say(404, { error: { message: `${method} ${url}`, type: 'invalid_request_error', param: null, code: null } })
  }
}

/** `test` with a studio whose model `Mover` is a maker's, so that tests say how far the work is and when it ends. */
export const test = base.extend<object, { maker: Maker }>({
  maker: [
    async ({}, use) => {
      const maker = await Maker.start()
      await use(maker)
      maker.stop()
    },
    { scope: 'worker' },
  ],

  config: [async ({ maker }, use) => use(configOf(maker)), { scope: 'worker' }],

  // A test that fails half-way leaves a maker that holds its work, or does not answer.
  page: async ({ page, maker }, use) => {
    Object.assign(maker, { makes: 'ready', silent: false })
    await use(page)
    Object.assign(maker, { makes: 'ready', silent: false })
  },
})

/** What `Mover` makes: 1280 × 720, 5 s, for 10 credits. It offers 10 s as well, and makes the same. */
export const MOVED = { model: 'Mover', size: '1280x720', seconds: 5 } as const

/** A configuration whose model `Mover` is made by a maker, in sizes at so many credits a second. */
const configOf = ({ url }: Maker, sizes: Record<string, number> = { '1280x720': 2 }, seconds = [5, 10], more = '') => `[providers.maker]
kind = "openai_videos"
base_url = "${url}"
key = "maker"
[[providers.maker.models]]
id = "Mover"
label = "Mover"
sizes = { ${Object.entries(sizes).map(([size, credits]) => `"${size}" = ${credits}`).join(', ')} }
seconds = [${seconds.join(', ')}]
input_reference = true
${more}`

/** The film with a tone of the same length. */
function withSound(): Buffer {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aisora-sound-'))
  const [source, made] = [path.join(folder, 'film.mp4'), path.join(folder, 'sound.mp4')]
  fs.writeFileSync(source, film)
  execFileSync('ffmpeg', ['-v', 'error', '-i', source, '-f', 'lavfi', '-i', 'sine=frequency=220', '-c:v', 'copy', '-c:a', 'aac', '-shortest', '-movflags', '+faststart', made])
  const sounding = fs.readFileSync(made)
  fs.rmSync(folder, { recursive: true })
  return sounding
}

/** The sides of the first JPEG in a body, from its frame header. */
function jpegSize(body: Buffer): [number, number] | null {
  const start = body.indexOf(Buffer.from([0xff, 0xd8, 0xff]))
  if (start < 0) return null
  for (let at = start + 2; body[at] === 0xff; at += 2 + body.readUInt16BE(at + 2)) {
    const mark = body[at + 1] ?? 0
    if (mark >= 0xc0 && mark <= 0xc2) return [body.readUInt16BE(at + 7), body.readUInt16BE(at + 5)]
  }
  return null
}

/** A studio of its own with a model, Mover, that starts from pictures and makes videos of 5 s. */
export class MovingStudio {
  private constructor(
    readonly maker: Maker,
    readonly server: Server,
  ) {}

  /** `more` follows on what is said of Mover. */
  static async launch(sizes: Record<string, number> = { '1280x720': 4, '720x1280': 4 }, more = ''): Promise<MovingStudio> {
    const maker = await Maker.start()
    try {
      return new MovingStudio(maker, await Server.launch({}, [], configOf(maker, sizes, [5], more)))
    } catch (error) {
      maker.stop()
      throw error
    }
  }

  get url(): string {
    return this.server.url
  }

  async dispose(): Promise<void> {
    await this.server.dispose()
    this.maker.stop()
  }
}
