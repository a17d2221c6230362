/** What a training set holds, told from manifests: parts, columns, and which files of the label source matter. */
import { describe, expect, it } from 'vitest'
import { planDataset, type DatasetPlan } from '../../../reconciler/features/dataset/plan-dataset.ts'
import { assembleCommit } from '../../../reconciler/manifests/assemble.ts'
import { buildFeatureDefinitions } from '../../../reconciler/manifests/feature-definitions.ts'
import { parseFile } from '../../../reconciler/manifests/parse-file.ts'
import { projectFile, tripManifests } from './support/trip-repository.ts'

function plan(...changes: readonly (readonly [string, string])[]): DatasetPlan {
  const text = changes.reduce((current, [from, to]) => {
    expect(current).toContain(from)
    return current.replace(from, to)
  }, tripManifests)
  const files = Object.entries({ ...projectFile, 'features.yaml': text }).map(([path, content]) => ({
    path,
    parsed: parseFile(new TextEncoder().encode(content)),
  }))
  const { findings, resources } = assembleCommit({ files, artifacts: new Map() }, { mode: 'proposed' })
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  const definitions = buildFeatureDefinitions(resources)
  const training = definitions.training.get('lateness')
  if (training === undefined) throw new Error('the model has a label')
  return planDataset(training, definitions)
}

const micros = (text: string): bigint => BigInt(Date.parse(text)) * 1000n
const [from, validation, test, until] = ['2013-01-02', '2013-01-14', '2013-01-17', '2013-01-19'].map(micros)
const split = ', validation: 3d, test: 2d'

describe('the plan of a dataset', () => {
  it('cuts parts backwards from the end', () => {
    expect(plan().parts).toEqual([
      { name: 'train', from, until: validation },
      { name: 'validation', from: validation, until: test },
      { name: 'test', from: test, until },
    ])
    expect(plan([split, ', test: 2d']).parts.map(({ name }) => name)).toEqual(['train', 'test'])
    expect(plan([split, '']).parts).toEqual([{ name: 'train', from, until }])
    const whole = /^ {2}training:\n.*\n/m.exec(tripManifests)?.[0] ?? 'none'
    expect(plan([whole, '']).parts).toEqual([{ name: 'train', from: null, until: null }])
  })

  it('names columns by their roles, and what stands beside once', () => {
    const { columns, sideColumns, hasDay } = plan(['- { by: carrier }', '- { by: carrier }\n      - { by: distance }'])
    expect(columns.map(({ name, role, dtype }) => `${role} ${name} ${dtype}`)).toEqual([
      'feature wind float32',
      'feature wind_max_6h float32',
      'feature windy_1d int64',
      'feature there__wind float32',
      'feature height int32',
      'request distance float32',
      'label late bool',
    ])
    expect([sideColumns.map(({ name }) => name), hasDay]).toEqual([['carrier', 'distance'], true])
    const byColumn = plan(['resampleBy: day', 'resampleBy: carrier'])
    expect([byColumn.sideColumns.map(({ name }) => name), byColumn.hasDay]).toEqual([['carrier'], false])
  })

  it('lets columns travel by which rules look at groups, for nobody but the evaluation', () => {
    const gate = `apiVersion: mainward.dev/v1alpha1
kind: Gate
metadata: { name: quality }
spec:
  rules:
    - { metric: roc_auc, by: carrier, atLeast: 0.6 }
---
apiVersion: mainward.dev/v1alpha1
kind: FairnessPolicy
metadata: { name: parity }
spec:
  attributes:
    - to
  rules:
    - { metric: selection_rate, ratioAtLeast: 0.8 }
---
`
    const label = /^ {2}label: .*\n/m.exec(tripManifests)?.[0] ?? 'none'
    const judged = plan([label, `${label}  gates: [quality]\n  fairness: [parity]\n`], ['apiVersion', `${gate}apiVersion`])
    expect(judged.sideColumns.map(({ name }) => name)).toEqual(['carrier', 'to'])
    expect(judged.columns).toEqual(plan().columns)
  })

  it('leaves files of the label source unread only where no other row could matter', () => {
    const unkeyed = ['  rowKey:\n    - id\n', ''] as const
    expect(plan(unkeyed).range).toEqual({ from, until: (until ?? 0n) - 1n })
    expect(plan().range).toBeNull()
    expect(plan(unkeyed, ['splitBy: start', 'splitBy: ask']).range).toBeNull()
    const transform = 'SELECT "to" AS place, start, written, 1 AS height FROM {{ source }}'
    expect(plan(unkeyed, ['  source: places\n', `  source: trips\n  transform: ${transform}\n`]).range).toBeNull()
  })
})
