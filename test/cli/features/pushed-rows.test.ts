/** Pushed rows in training sets, previews and checks: real pushes in a real log, segments in a real store, values worked out by hand. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../../reconciler/cli/commands.ts'
import { runCli } from '../../../reconciler/cli/run-cli.ts'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import { parseInstant } from '../../../reconciler/core/instant.ts'
import type { OnlineView } from '../../../reconciler/core/online-view.ts'
import { assembleCommit } from '../../../reconciler/manifests/assemble.ts'
import { buildFeatureDefinitions } from '../../../reconciler/manifests/feature-definitions.ts'
import { digestFeatures } from '../../../reconciler/manifests/features/feature-digests.ts'
import { onlineView } from '../../../reconciler/manifests/online-views.ts'
import { createTestContext } from '../../support/cli-context.ts'
import { SegmentLab } from '../materialise/support/segment-lab.ts'

const head = 'apiVersion: mainward.dev/v1alpha1'
const manifests = (store: string) => ({
  'mainward.yaml': `${head}\nkind: Project\nmetadata: { name: shop }\nspec: { artifacts: { store: "${store}" } }\n`,
  'shop.yaml': `${head}
kind: Entity
metadata: { name: account }
spec: { keys: [{ name: user, dtype: int64 }] }
---
${head}
kind: DataSource
metadata: { name: scores }
spec:
  file: scores.csv
  eventTime: at
  createdTime: seen
  columns:
    - { name: customer, dtype: int64 }
    - { name: at, dtype: timestamp }
    - { name: seen, dtype: timestamp }
    - { name: score, dtype: float32 }
    - { name: grade, dtype: string }
---
${head}
kind: DataSource
metadata: { name: orders }
spec:
  file: orders.csv
  eventTime: asked
  columns:
    - { name: id, dtype: int64 }
    - { name: asked, dtype: timestamp }
    - { name: user, dtype: int64 }
    - { name: paid, dtype: bool }
---
${head}
kind: FeatureView
metadata: { name: standing }
spec:
  entities: [{ name: account, columns: { user: customer } }]
  source: scores
  ttl: 30d
  features: [{ name: score, dtype: float32 }, { name: grade, dtype: string }]
  expectations:
    - expect_column_values_to_be_between: { column: score, min_value: 0, max_value: 5, severity: warning }
  online: { freshness: exact }
---
${head}
kind: Model
metadata: { name: payment, owner: shop }
spec:
  task: binary-classification
  features: [{ view: standing, take: [score, grade] }]
  label: { source: orders, column: paid, predictAt: asked }
  training: { data: { until: 2013-03-01, splitBy: asked } }
`,
})

const data = {
  'scores.csv': `customer,at,seen,score,grade
1,2013-01-01T00:00:00Z,2013-01-01T01:00:00Z,1,source
2,2013-01-01T00:00:00Z,2013-01-01T01:00:00Z,2,source
`,
  // Every minute that counts: before and after events, and before and after their push.
  'orders.csv': `id,asked,user,paid
1,2013-01-02T09:59:59Z,1,true
2,2013-01-02T10:00:00Z,1,false
3,2013-01-02T10:04:59Z,1,true
4,2013-01-02T10:05:00Z,1,true
5,2013-01-02T11:00:00Z,1,false
6,2013-01-02T12:00:00Z,1,true
7,2013-01-02T12:00:00Z,2,false
8,2013-01-02T12:00:00Z,3,true
9,2013-01-02T13:00:00Z,3,true
10,2013-02-10T00:00:00Z,3,true
`,
}

let lab: SegmentLab
let folder: string
let view: OnlineView

const us = (time: string): bigint => parseInstant(`2013-01-02T${time}Z`) ?? 0n

async function push(key: number, event: string, created: string, values: string): Promise<void> {
  await lab.push(view, [{ key: `["${key}"]`, eventUs: us(event), createdUs: us(created), values }], 'production')
}

beforeAll(async () => {
  lab = await SegmentLab.open('production')
  folder = join(lab.folder, 'repository')
  const files = { ...manifests(lab.store), ...data }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  view = await readView()
  // Happened at 10:00, pushed at 10:05.
  await push(1, '10:00:00', '10:05:00', '[3,"pushed"]')
  // Happened earlier, pushed later: never the newest.
  await push(1, '09:00:00', '11:00:00', '[4,"late"]')
  // Of the same event: the later push counts, from when it was pushed.
  await push(1, '10:00:00', '11:30:00', '[null,"again"]')
  await push(3, '12:00:00', '12:00:00', '[7,"new"]')
  await push(3, '12:00:00', '12:00:00', '[8,"second of equals"]')
  await lab.storeAll({ rows: 2 }, 'production')
  // In the log, in no segment: training does not know it yet.
  await push(2, '10:00:00', '10:00:00', '[9,"logged"]')
})

afterAll(() => lab.close())

/** The view as serving knows it. */
async function readView(): Promise<OnlineView> {
  const { readManifests } = await import('../../../reconciler/cli/manifests/read-manifests.ts')
  const { resources } = assembleCommit((await readManifests(folder, null)).contents, { mode: 'proposed' })
  const { views, entities } = buildFeatureDefinitions(resources)
  const [definition, digest] = [views.get('standing'), digestFeatures(resources).views.get('standing')]
  if (definition === undefined || digest === undefined) throw new Error('the manifests have the view')
  return onlineView(definition, entities, digest)
}

async function run(...argv: readonly string[]) {
  const context = createTestContext({ folder })
  const code = await runCli({ context, commands, argv, version: '0' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}

/** Score and grade of each order, in their order, and what the report says of the view's rows. */
async function dataset(...argv: readonly string[]) {
  const out = join(lab.folder, 'out')
  const { code, output, errors } = await run('dataset', 'payment', '--out', out, '--json', ...argv)
  expect([code, errors]).toEqual([0, ''])
  const report = JSON.parse(output) as { digest: string; views: readonly { rows: number; pushed: number }[] }
  const connection = await (await DuckDBInstance.create()).connect()
  const found = await connection.runAndReadAll(`select score, grade from read_parquet('${join(out, 'train.parquet')}')`)
  connection.closeSync()
  const { rows, pushed } = report.views[0] ?? { rows: 0, pushed: 0 }
  return { rows: found.getRowsJson(), digest: report.digest, counts: { rows, pushed } }
}

const [one, two, none] = [[1, 'source'], [2, 'source'], [null, null]] // prettier-ignore

describe('a training set', () => {
  it('holds pushed values from when they were pushed on, never earlier', async () => {
    const { rows, counts } = await dataset()
    expect(rows).toEqual([
      one, one, one, [3, 'pushed'], [3, 'pushed'], [null, 'again'], two, [7, 'new'], [7, 'new'], none,
    ]) // prettier-ignore
    expect(counts).toEqual({ rows: 7, pushed: 5 })
  })

  it('as of an earlier time is without what was pushed later', async () => {
    const { rows, counts } = await dataset('--as-of', '2013-01-02T12:00:00Z')
    expect(rows).toEqual([one, one, one, [3, 'pushed'], [3, 'pushed'], [null, 'again'], two, [7, 'new']])
    expect(counts).toEqual({ rows: 7, pushed: 5 })
    const before = await dataset('--as-of', '2013-01-02T11:00:00Z')
    expect(before.rows).toEqual([one, one, one, [3, 'pushed'], [3, 'pushed']])
    expect(before.counts).toEqual({ rows: 4, pushed: 2 })
  })

  it('has the same digest on one and on many threads', async () => {
    expect((await dataset('--threads', '1')).digest).toBe((await dataset('--threads', '4')).digest)
  })

  it('has nothing of another environment', async () => {
    const { rows, counts } = await dataset('--environment', 'staging')
    expect(rows).toEqual([one, one, one, one, one, one, two, none, none, none])
    expect(counts).toEqual({ rows: 2, pushed: 0 })
  })

  it('gets the logged row when the log was stored', async () => {
    await lab.storeAll({}, 'production')
    const { rows, counts } = await dataset()
    expect(rows[6]).toEqual([9, 'logged'])
    expect(counts).toEqual({ rows: 8, pushed: 6 })
  })
})

it('are shown by a preview', async () => {
  const { code, output } = await run('features', 'preview', 'standing', '--as-of', '2013-01-03', '--json')
  expect(code).toBe(0)
  expect((JSON.parse(output) as { rows: unknown }).rows).toMatchObject([
    { keys: { user: '3' }, eventTime: '2013-01-02T12:00:00Z', values: { score: 7, grade: 'new' } },
    { keys: { user: '1' }, eventTime: '2013-01-02T10:00:00Z', values: { score: null, grade: 'again' } },
    { keys: { user: '2' }, eventTime: '2013-01-02T10:00:00Z', values: { score: 9, grade: 'logged' } },
  ])
})

it('are checked by expectations, with the rows of the source', async () => {
  const { output } = await run('features', 'test', 'standing', '--data', '--as-of', '2013-01-03', '--json')
  const { relations } = (JSON.parse(output) as { data: { relations: readonly Readonly<Record<string, unknown>>[] } }).data
  const checked = relations.find(({ kind }) => kind === 'FeatureView')
  expect(checked).toMatchObject({ name: 'standing', problem: null, rows: 8, results: [{ verdict: 'failed' }] })
  expect(JSON.stringify(checked?.['results'])).toContain('"unexpectedCount":3')
})

it('are refused when a segment was changed or is gone: never left out', async () => {
  const [segment] = await lab.listed()
  const file = join(lab.folder, 'store/sha256', String(segment?.['sha256']))
  const bytes = await openArtifactStore().read(lab.store, String(segment?.['sha256']))
  const ask = () => run('features', 'preview', 'standing')
  writeFileSync(file, Buffer.from(bytes).subarray(0, 100))
  expect(await ask()).toMatchObject({ code: 1, errors: expect.stringContaining('a segment of the view standing: expected sha256:') as string }) // prettier-ignore
  rmSync(file)
  expect(await ask()).toMatchObject({ errors: expect.stringContaining('has no artifact') as string })
  writeFileSync(file, bytes)
  const notes = join(lab.folder, 'store/pushed/production', view.digest.slice(7))
  writeFileSync(join(notes, 'x.json'), '{')
  expect(await ask()).toMatchObject({ errors: expect.stringContaining('the note x.json of the artifact store') as string })
  rmSync(join(notes, 'x.json'))
  expect(await ask()).toMatchObject({ code: 0 })
  expect(readdirSync(notes)).toHaveLength((await lab.listed()).length)
})
