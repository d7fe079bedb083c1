// Archives as somebody else's reader sees them.

import { execFileSync } from 'node:child_process'

/** The names in an archive; all of it is checked. */
export function namesIn(file: string): string[] {
  const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print("\\n".join(z.namelist()))'
  return execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }).trim().split('\n')
}
