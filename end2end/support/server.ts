// An AiSora server of its own, with its own data, for one worker of the test run.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const READY_WITHIN_MS = 120_000
const STOPS_WITHIN_MS = 60_000
const repository = path.resolve(import.meta.dirname, '../..')

export class Server {
  /** `http://127.0.0.1:port`; the same for the whole life of the server, over restarts too. */
  readonly url: string
  /** All that the server has said, over restarts too. */
  log = ''

  readonly #port: number
  readonly #folder: string
  readonly #environment: Record<string, string>
  readonly #flags: string[]
  #process: ChildProcess | undefined

  private constructor(port: number, environment: Record<string, string>, flags: string[]) {
    this.#port = port
    this.#environment = environment
    this.#flags = flags
    this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aisora-end2end-'))
    this.url = `http://127.0.0.1:${port}`
  }

  /**
   * Starts a server on empty data; `environment` is added to what it gets, such as `AISORA_…` settings, and `flags` to
   * `aisora serve`. `config` is the text of its `aisora.toml`.
   */
  static async launch(environment: Record<string, string> = {}, flags: string[] = [], config = ''): Promise<Server> {
    const server = new Server(await freePort(), environment, flags)
    if (config) fs.writeFileSync(path.join(server.#folder, 'aisora.toml'), config)
    await server.start()
    return server
  }

  /** Starts the server on the data it has, and waits until it is ready. */
  async start(): Promise<void> {
    if (this.#process) throw new Error('the server runs already')
    const child = spawn(program(), ['serve', '--bind', `127.0.0.1:${this.#port}`, ...this.#flags], {
      // Not the repository: a server finds what it needs from anywhere, and an aisora.toml there is not the tests' business.
      cwd: this.#folder,
      env: this.#env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.log += text))
    }
    let died = false
    child.once('error', (error) => {
      died = true
      this.log += `[test] the server could not be started: ${error.message}\n`
    })
    child.once('exit', (code, signal) => {
      died = true
      this.log += `[test] the server ended: ${signal ?? code}\n`
      if (this.#process === child) this.#process = undefined
    })

    const deadline = Date.now() + READY_WITHIN_MS
    while (!(await this.#isReady())) {
      if (died || Date.now() > deadline) {
        await this.kill('SIGKILL')
        throw new Error(`the server ${died ? 'ended before it was' : 'did not get'} ready; it said:\n${this.log}`)
      }
      await sleep(50)
    }
  }

  /** Ends the server, with SIGKILL as a crash would, and waits until it is gone. Its data stays. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    const child = this.#process
    if (!child) return
    this.#process = undefined
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    const inTime = await Promise.race([exit.then(() => true), sleep(STOPS_WITHIN_MS, false, { ref: false })])
    if (!inTime) {
      child.kill('SIGKILL')
      await exit
      throw new Error(`the server did not end within ${STOPS_WITHIN_MS / 1000} s of ${signal}`)
    }
  }

  async restart(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    await this.kill(signal)
    await this.start()
  }

  /** Runs a command of `aisora` on this server's data and returns what it printed. */
  async run(...args: string[]): Promise<string> {
    const child = spawn(program(), args, { cwd: this.#folder, env: this.#env(), stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`aisora ${args.join(' ')} failed (${code}):\n${err}`)
    return out
  }

  /** Ends the server and removes its data. */
  async dispose(): Promise<void> {
    await this.kill('SIGKILL')
    fs.rmSync(this.#folder, { recursive: true, force: true })
  }

  /** The tests' own environment without the settings of a server that somebody may have there. */
  #env(): Record<string, string> {
    const inherited = Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^(AISORA|LEPTOS)_/.test(entry[0]),
    )
    return {
      ...Object.fromEntries(inherited),
      AISORA_DATA_DIR: path.join(this.#folder, 'data'),
      AISORA_PUBLIC_URL: this.url,
      AISORA_SITE_DIR: process.env.AISORA_SITE_DIR ?? path.join(repository, 'target/site'),
      ...this.#environment,
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok
    } catch {
      return false
    }
  }
}

function program(): string {
  return process.env.AISORA_BIN ?? path.join(repository, 'target/release/aisora')
}

/** A port that nobody has right now. */
async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as net.AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
