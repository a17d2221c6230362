/** The last line of .ci/run: what it counts, and that nothing that failed ends with 0. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'

type FileResult = readonly [status: string, assertions: readonly string[]]

const folder = mkdtempSync(join(tmpdir(), 'mainward-totals-'))

function print(files: readonly FileResult[] | null, checkStatus: number) {
  const results = join(folder, files === null ? 'none.json' : 'results.json')
  const testResults = files?.map(([status, assertions]) => ({
    status,
    assertionResults: assertions.map((each) => ({ status: each })),
  }))
  if (files !== null) writeFileSync(results, JSON.stringify({ testResults }))
  const script = join(packageRoot, 'scripts/print-test-totals.mjs')
  const { stdout, status } = spawnSync(process.execPath, [script, results, String(checkStatus)], { encoding: 'utf8' })
  return [stdout, status]
}

describe('the totals', () => {
  it.each<{ when: string; files: readonly FileResult[] | null; checkStatus: number; prints: readonly [string, number] }>([
    {
      when: 'everything passed',
      files: [
        ['passed', ['passed', 'passed']],
        ['passed', ['passed', 'skipped']],
      ],
      checkStatus: 0,
      prints: ['3 passed, 0 failed\n', 0],
    },
    {
      when: 'a test failed',
      files: [
        ['failed', ['passed', 'failed']],
        ['passed', ['passed']],
      ],
      checkStatus: 1,
      prints: ['2 passed, 1 failed\n', 1],
    },
    {
      when: 'a file could not be loaded',
      files: [
        ['failed', []],
        ['passed', ['passed']],
      ],
      checkStatus: 1,
      prints: ['1 passed, 1 failed\n', 1],
    },
    {
      when: 'an error happened outside of the tests',
      files: [['passed', ['passed']]],
      checkStatus: 1,
      prints: ['1 passed, 1 failed\n', 1],
    },
    { when: 'a check stopped before the tests', files: null, checkStatus: 1, prints: ['0 passed, 1 failed\n', 1] },
    { when: 'no test ran', files: [], checkStatus: 0, prints: ['0 passed, 1 failed\n', 1] },
  ])('are right when $when', ({ files, checkStatus, prints }) => {
    expect(print(files, checkStatus)).toEqual(prints)
  })
})
