// A real mail server for specs: the one of the Rust tests (`tests/mail/server.py`), which reads letters with Python's MIME parser.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
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
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, port: number) {
    this.#process = process
    this.port = port
  }

  /** Whether it is installed; `scripts/tools test` does it. */
  static isThere(): boolean {
    return spawnSync(python, ['-c', 'import aiosmtpd'], { stdio: 'ignore' }).status === 0
  }

  static async start(): Promise<MailServer> {
    const child = spawn(python, [path.join(repository, 'tests/mail/server.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = readline.createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
    const first = await lines.next()
    const server = new MailServer(child, (JSON.parse(first.value as string) as { port: number }).port)
    void (async () => {
      for (let line = await lines.next(); !line.done; line = await lines.next()) server.received.push(JSON.parse(line.value) as Letter)
    })()
    return server
  }

  stop(): void {
    this.#process.kill()
  }
}

/** Changes a SQLite database behind its server's back. */
export function change(database: string, sql: string): void {
  const script = 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], 10); db.execute(sys.argv[2]); db.commit()'
  const done = spawnSync(python, ['-c', script, database, sql], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
}
