/** `mainward dataset` says which rows are not there, where a feature or a part would be empty without a reason. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeFiles } from '../../support/git-repositories.ts'
import { runCommand } from '../../support/run-command.ts'

const head = 'apiVersion: mainward.dev/v1alpha1\nkind: '
const manifests = `${head}Entity
metadata: { name: courier }
spec:
  keys:
    - { name: courier_id, dtype: int64 }
---
${head}DataSource
metadata: { name: ratings }
spec:
  file: data/ratings.csv
  eventTime: at
  columns:
    - { name: courier_id, dtype: int64 }
    - { name: at, dtype: timestamp }
    - { name: rating, dtype: float64 }
---
${head}DataSource
metadata: { name: deliveries }
spec:
  file: data/deliveries.csv
  eventTime: asked_at
  columns:
    - { name: courier_id, dtype: int64 }
    - { name: asked_at, dtype: timestamp }
    - { name: late, dtype: bool }
---
${head}FeatureView
metadata: { name: courier_rating }
spec:
  entities:
    - name: courier
  source: ratings
  features:
    - { name: rating, dtype: float64 }
---
${head}Model
metadata: { name: late-delivery }
spec:
  task: binary-classification
  features:
    - view: courier_rating
      take:
        - rating
  label: { source: deliveries, column: late, predictAt: asked_at }
`
const ratings = 'courier_id,at,rating\n'
const deliveries = 'courier_id,asked_at,late\n'
let folder: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-missing-rows-')))
  writeFiles(folder, {
    'mainward.yaml': `${head}Project\nmetadata: { name: couriers }\nspec: {}\n`,
    'features.yaml': manifests,
    'data/ratings.csv': `${ratings}17,2026-03-01T08:00:00Z,4.5\n`,
    'data/deliveries.csv': `${deliveries}17,2026-03-01T10:00:00Z,true\n`,
  })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const make = (...argv: readonly string[]) => runCommand(folder, ['dataset', 'late-delivery', '--out', 'out', ...argv])

it('says nothing of sources that are whole', async () => {
  const { code, output } = await make()
  expect(code).toBe(0)
  expect(output).toContain('1 rows of deliveries, 1 kept\n\npart')
})

it('says that a source has no rows', async () => {
  writeFiles(folder, { 'data/ratings.csv': ratings })
  expect((await make()).output).toContain('\nno row of ratings is known\n')
})

it('counts rows without a time or key, and those that come later', async () => {
  const rows = '17,2026-03-01T08:00:00Z,4.5\n17,,1\n,2026-03-01T08:00:00Z,2\n,2026-03-01T09:00:00Z,2\n17,2999-03-01T08:00:00Z,3\n'
  writeFiles(folder, { 'data/ratings.csv': ratings + rows })
  expect((await make()).output).toContain(
    '1 row of ratings left out: no event time\n1 row of ratings left out: could be read only later\n' +
      '2 rows of courier_rating left out: a key is null\n\npart',
  )
})

it.each([
  ['', 'the source has no rows'],
  ['17,,true\n', 'rows left out: 1 no event time'],
  ['17,2999-03-01T08:00:00Z,true\n17,2026-03-01T10:00:00Z,\n', 'rows left out: 1 could be read only later, 1 no label'],
])('says why no label row is left: %j', async (rows, reason) => {
  writeFiles(folder, { 'data/deliveries.csv': deliveries + rows })
  const { code, errors } = await make()
  expect(code).toBe(1)
  expect(errors).toContain(`error: no row of the source deliveries is left for the part train; ${reason}\n`)
})

it.each(['/proc/x', '/proc/x/y'])('says that %s cannot be written, and does not wait for ever', async (out) => {
  const { code, errors } = await runCommand(folder, ['dataset', 'late-delivery', '--out', out])
  expect(code).toBe(1)
  expect(errors).toMatch(new RegExp(`^error: cannot write ${out}: ENOENT`))
})

it('says in which unit memory is counted', async () => {
  const { code, errors } = await make('--memory', '256MiB')
  expect(code).toBe(2)
  expect(errors).toContain('--memory: expected GiB as a number of at least 0.0625, without a unit, found 256MiB\n')
})
