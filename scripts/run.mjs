// Programs and failures, for the scripts beside it.

import { spawnSync } from 'node:child_process'

/** Runs a program and returns what it printed. */
export function run(program, args) {
  const { status, error, stdout } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (error) fail(`${program}: ${error.message}`)
  if (status !== 0) fail(`${program} failed`)
  return stdout
}

export function fail(words) {
  console.error(`error: ${words}`)
  process.exit(1)
}
