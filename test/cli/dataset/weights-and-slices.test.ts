/** `mainward dataset` with weights of rows and slices: what travels beside, what is refused, and what the report says, by hand. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatasetReport } from '../../../reconciler/features/dataset/dataset-report.ts'
import { openEngine } from '../../../reconciler/features/engine/open-engine.ts'
import { writeFiles } from '../../support/git-repositories.ts'
import { runCommand } from '../../support/run-command.ts'

const head = 'apiVersion: mainward.dev/v1alpha1\nkind: '
const manifests = (training = ', weights: value', slices = '[{ by: shop, minGroup: 2 }, { by: hour }]') => `${head}DataSource
metadata: { name: orders }
spec:
  file: orders.csv
  eventTime: at
  columns:
    - { name: at, dtype: timestamp }
    - { name: shop, dtype: string }
    - { name: hour, dtype: int32 }
    - { name: value, dtype: float64 }
    - { name: late, dtype: bool }
---
${head}Model
metadata: { name: lateness }
spec:
  task: binary-classification
  requestFeatures: [{ name: hour, dtype: int32 }]
  label: { source: orders, column: late, predictAt: at }
  training: { data: { until: 2026-01-11, test: 5d }${training} }
  evaluation: { slices: ${slices} }
`
const header = 'at,shop,hour,value,late\n'
const orders = `${header}2026-01-01T00:00:00Z,a,1,4,true
2026-01-02T00:00:00Z,b,2,2,false
2026-01-03T00:00:00Z,c,2,2,false
2026-01-06T00:00:00Z,a,1,0,true
2026-01-07T00:00:00Z,a,1,3,true
2026-01-08T00:00:00Z,b,3,1,true
2026-01-09T00:00:00Z,,3,1,false
`
let folder: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-weights-')))
  writeFiles(folder, {
    'mainward.yaml': `${head}Project\nmetadata: { name: shops }\nspec: {}\n`,
    'features.yaml': manifests(),
    'orders.csv': orders,
  })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...argv: readonly string[]) => runCommand(folder, ['dataset', 'lateness', '--out', 'out', ...argv])

async function make(): Promise<DatasetReport> {
  const { code, output, errors } = await run('--json')
  expect([code, errors]).toEqual([0, ''])
  return JSON.parse(output) as DatasetReport
}

async function readRows(file: string) {
  const engine = await openEngine({ spillFolder: join(folder, '.spill') })
  try {
    return await engine.query(`from '${join(folder, 'out', file)}'`)
  } finally {
    await engine.close()
  }
}

describe('weights of rows', () => {
  it('stand beside the rows, and are no input', async () => {
    const report = await make()
    expect(report.columns.map(({ name }) => name)).toEqual(['hour', 'late'])
    expect(report.sideColumns).toEqual(['__source_row', '__predict_at', 'value', 'shop', 'hour'])
    expect((await readRows('side/train.parquet')).map(({ value }) => value)).toEqual([4, 2, 2])
    expect((await readRows('side/test.parquet')).map(({ value }) => value)).toEqual([0, 3, 1, 1])
    expect(Object.keys((await readRows('train.parquet'))[0] ?? {})).toEqual(['hour', 'late'])
  })

  it('say how many rows each part counts as', async () => {
    // 8 squared over 16 + 4 + 4; 5 squared over 9 + 1 + 1.
    expect((await make()).weights).toEqual({
      column: 'value',
      parts: [
        { name: 'train', sum: 8, least: 2, greatest: 4, effectiveRows: 64 / 24 },
        { name: 'test', sum: 5, least: 0, greatest: 3, effectiveRows: 25 / 11 },
      ],
    })
    expect((await run()).output).toContain('\nweights of value: train counts as 2.7 rows, test counts as 2.3 rows\n')
  })

  it('are part of the digest', async () => {
    const { digest } = await make()
    writeFiles(folder, { 'orders.csv': orders.replace('a,1,4', 'a,1,5') })
    expect((await make()).digest).not.toBe(digest)
  })

  it.each([
    ['below 0', 'b,2,2,false', 'b,2,-1,false', 'found -1.0 in row 1 (counted from 0)'],
    ['null', 'c,2,2,false', 'c,2,,false', 'found null in row 2 (counted from 0)'],
    ['not finite', 'a,1,3,true', 'a,1,Infinity,true', 'found inf in row 4 (counted from 0)'],
    ['not a number', 'a,1,3,true', 'a,1,NaN,true', 'found nan in row 4 (counted from 0)'],
  ])('are refused when one is %s, with the row', async (_, before, after, found) => {
    writeFiles(folder, { 'orders.csv': orders.replace(before, after) })
    const { code, errors } = await run()
    expect(code).toBe(1)
    expect(errors).toContain(
      `weights: expected a finite number of at least 0 in the column value of the source orders, ${found}\n`,
    )
  })

  it('are refused when all of a part are 0', async () => {
    writeFiles(folder, { 'orders.csv': orders.replace('a,1,4', 'a,1,0').replace('b,2,2', 'b,2,0').replace('c,2,2', 'c,2,0') })
    expect((await run()).errors).toContain('expected a row with a weight above 0 in the part train, found 0 in all')
  })

  it('do not matter in rows that are left out', async () => {
    writeFiles(folder, { 'orders.csv': `${orders}2026-01-20T00:00:00Z,a,1,-5,true\n` })
    expect((await make()).rows).toMatchObject({ kept: 7, dropped: { afterRange: 1 } })
  })

  it('are null where the model has none', async () => {
    writeFiles(folder, { 'features.yaml': manifests('') })
    expect(await make()).toMatchObject({ weights: null, sideColumns: ['__source_row', '__predict_at', 'shop', 'hour'] })
  })
})

describe('slices', () => {
  it('say which groups of the test part are small, also those that it has no row of', async () => {
    expect((await make()).slices).toEqual([
      {
        by: 'shop',
        minGroup: 2,
        groups: 4,
        testRows: 4,
        smallGroups: 3,
        small: [
          { value: 'c', rows: 0 },
          { value: null, rows: 1 },
          { value: 'b', rows: 1 },
        ],
      },
      { by: 'hour', minGroup: null, groups: 3, testRows: 4, smallGroups: 0, small: [] },
    ])
    const { output } = await run()
    expect(output).toContain('\nslices by shop: 4 groups, 4 test rows, 3 with fewer than 2: c (0), null (1), b (1)\n')
    expect(output).toContain('\nslices by hour: 3 groups, 4 test rows\n')
  })

  it('are enough when none is small', async () => {
    writeFiles(folder, { 'features.yaml': manifests('', '[{ by: hour, minGroup: 0 }]') })
    expect((await run()).errors).toContain('has errors')
    writeFiles(folder, { 'features.yaml': manifests('', '[{ by: late, minGroup: 1 }]') })
    expect((await run()).output).toContain('\nslices by late: 2 groups, 4 test rows, none with fewer than 1\n')
  })

  it('judge nothing without a test part', async () => {
    writeFiles(folder, { 'features.yaml': manifests().replace(', test: 5d', '') })
    const report = await make()
    expect(report.slices[0]).toEqual({ by: 'shop', minGroup: 2, groups: 4, testRows: null, smallGroups: 0, small: [] })
    expect((await run()).output).toContain('\nslices by shop: 4 groups; there is no test part\n')
  })
})

it('keeps training inputs when only a group size changes, and not when weights do', async () => {
  const { trainingInputs } = await make()
  writeFiles(folder, { 'features.yaml': manifests(undefined, '[{ by: shop, minGroup: 300 }, { by: hour }]') })
  expect((await make()).trainingInputs).toBe(trainingInputs)
  writeFiles(folder, { 'features.yaml': manifests('') })
  expect((await make()).trainingInputs).not.toBe(trainingInputs)
})
