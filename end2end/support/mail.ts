// A real mail server for specs: the one of the Rust tests (`tests/mail/server.py`), which reads letters with Python's MIME parser.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'

const repository = path.resolve(import.meta.dirname, '../..')
const own = path.join(process.env.CARGO_TARGET_DIR ?? path.join(repository, 'target'), 'tools/mail/bin/python3')
const python = fs.existsSync(own) ? own : 'python3'

/** A letter as it was handed over. */
export interface Letter {
  to: string[]
  headers: [string, string][]
  plain: { text: string }
  html: { text: string }
}

export class MailServer {
  readonly received: Letter[] = []
  readonly port: number
  /** The file of the certificate that it shows, and that nobody has heard of. */
  readonly certificate: string
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, port: number, certificate: string) {
    this.#process = process
    this.port = port
    this.certificate = certificate
  }

  /** Whether it is installed; `scripts/tools test` does it. */
  static isThere(): boolean {
    return spawnSync(python, ['-c', 'import aiosmtpd'], { stdio: 'ignore' }).status === 0
  }

  /** Starts one that speaks TLS, at `localhost`. */
  static async start(): Promise<MailServer> {
    const certificate = selfSigned()
    const script = path.join(repository, 'tests/mail/server.py')
    const child = spawn(python, [script, `--certificate=${certificate}`], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = readline.createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
    const first = await lines.next()
    const server = new MailServer(child, (JSON.parse(first.value as string) as { port: number }).port, certificate)
    void (async () => {
      for (let line = await lines.next(); !line.done; line = await lines.next()) server.received.push(JSON.parse(line.value) as Letter)
    })()
    return server
  }

  stop(): void {
    this.#process.kill()
    fs.rmSync(path.dirname(this.certificate), { recursive: true, force: true })
  }
}

/** A certificate for `localhost` with its key, in one file of a folder of its own. */
function selfSigned(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aisora-certificate-'))
  const file = path.join(folder, 'localhost.pem')
  const config = path.join(folder, 'config')
  const lines = ['[req]', 'distinguished_name=name', 'x509_extensions=own', 'prompt=no', '[name]', 'CN=localhost', '[own]', 'subjectAltName=DNS:localhost']
  fs.writeFileSync(config, lines.join('\n'))
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-config', config, '-keyout', file, '-out', `${file}.crt`]
  const made = spawnSync('openssl', request, { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr ?? made.error?.message)
  fs.appendFileSync(file, fs.readFileSync(`${file}.crt`))
  return file
}

/** Changes a SQLite database behind its server's back. */
export function change(database: string, sql: string): void {
  const script = 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], 10); db.execute(sys.argv[2]); db.commit()'
  const done = spawnSync(python, ['-c', script, database, sql], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
}
