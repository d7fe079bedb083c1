// Tells at the end which tests a run had no time for; scripts/test reads how many.

import fs from 'node:fs'
import path from 'node:path'
import type { FullConfig, FullResult, Reporter, Suite } from '@playwright/test/reporter'

/** Why a test was not begun. */
export const OUT_OF_TIME = 'NOT RUN: the time of this run was used up'

const FILE = path.resolve(import.meta.dirname, '../test-results/left-out')

export default class LeftOut implements Reporter {
  private all: Suite | undefined

  onBegin(_config: FullConfig, all: Suite): void {
    this.all = all
  }

  async onEnd(): Promise<{ status?: FullResult['status'] }> {
    const tests = this.all?.allTests() ?? []
    const left = tests.filter((test) => test.annotations.some(({ description }) => description === OUT_OF_TIME))
    if (left.length === 0) return {}
    console.log(`\n${OUT_OF_TIME}: ${left.length} of ${tests.length} browser tests`)
    fs.writeFileSync(FILE, `${left.length}`)
    // With none at all the browser is not tested.
    return left.length === tests.length ? { status: 'failed' } : {}
  }
}
