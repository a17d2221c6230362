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
  it.each<[string, readonly FileResult[] | null, number, string, number]>([
    [
      'everything passed',
      [
        ['passed', ['passed', 'passed']],
        ['passed', ['passed', 'skipped']],
      ],
      0,
      '3 passed, 0 failed',
      0,
    ],
    [
      'a test failed',
      [
        ['failed', ['passed', 'failed']],
        ['passed', ['passed']],
      ],
      1,
      '2 passed, 1 failed',
      1,
    ],
    [
      'a file could not be loaded',
      [
        ['failed', []],
        ['passed', ['passed']],
      ],
      1,
      '1 passed, 1 failed',
      1,
    ],
    ['an error happened outside of the tests', [['passed', ['passed']]], 1, '1 passed, 1 failed', 1],
    ['a check stopped before the tests', null, 1, '0 passed, 1 failed', 1],
    ['no test ran', [], 0, '0 passed, 1 failed', 1],
  ])('are right when %s', (_, files, checkStatus, line, exitCode) => {
    expect(print(files, checkStatus)).toEqual([`${line}\n`, exitCode])
  })
})
