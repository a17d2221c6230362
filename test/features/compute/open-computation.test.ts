/** From files to view tables in one call, on a real engine: what is there, what is left out, and that nothing stays behind. */
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EntityDefinition, ViewDefinition } from '../../../reconciler/core/feature-definition.ts'
import {
  openComputation,
  type Computation,
  type ComputationRequest,
  type ComputationStep,
} from '../../../reconciler/features/compute/open-computation.ts'
import { fileKeeper } from '../engine/support/test-engine.ts'
import { column, fileSource, micros, noQueries, noSecrets, SourceLab } from '../sources/support/source-lab.ts'

let lab: SourceLab
let spillFolder: string
const opened: Computation[] = []

beforeEach(() => {
  lab = new SourceLab()
  spillFolder = mkdtempSync(join(tmpdir(), 'mainward-compute-'))
})

afterEach(async () => {
  for (const { engine } of opened.splice(0)) await engine.close()
  rmSync(spillFolder, { recursive: true, force: true })
  await lab.close()
})

const entities = new Map<string, EntityDefinition>([['place', { name: 'place', keys: [{ name: 'k', dtype: 'string' }] }]])
const columns = [column('k', 'string'), column('ts', 'timestamp'), column('seen', 'timestamp'), column('v', 'int64')]
const readings = fileSource({ name: 'readings', pattern: 'readings/*.csv', eventTime: 'ts', createdTime: 'seen', columns })
const labels = fileSource({ name: 'labels', pattern: 'labels.csv', columns: [column('k', 'string')] })

const latest: ViewDefinition = {
  name: 'latest',
  entities: [{ name: 'place', columns: { k: 'k' } }],
  inputs: [{ kind: 'DataSource', name: 'readings' }],
  transform: null,
  eventTime: 'ts',
  createdTime: 'seen',
  rowKey: [],
  ttlMs: null,
  features: [{ name: 'v', dtype: 'int64' }],
  aggregations: [],
  online: null,
}
const doubled: ViewDefinition = {
  ...latest,
  name: 'doubled',
  inputs: [{ kind: 'FeatureView', name: 'latest' }],
  transform: 'select k, ts, seen, v * 2 as v from {{ source }}',
}
const counted: ViewDefinition = {
  ...latest,
  name: 'counted',
  transform: 'select k, max(ts) as ts, max(seen) as seen, count(*) as v from {{ source }} group by k',
}

const header = 'k,ts,seen,v\n'
const first = `${header}a,2013-01-01T00:00:00Z,2013-01-01T01:00:00Z,1\nb,2013-01-02T00:00:00Z,,2\n`
const second = `${header}a,2013-01-03T00:00:00Z,2013-01-05T00:00:00Z,3\na,2013-01-04T00:00:00Z,2013-01-04T00:00:00Z,4\n`

function writeFiles(): void {
  lab.write('readings/1.csv', first)
  lab.write('readings/2.csv', second)
  lab.write('labels.csv', 'k\nb\na\n')
}

function request(more: Partial<ComputationRequest> = {}): ComputationRequest {
  return {
    materials: {
      entities,
      sources: new Map([readings, labels].map((each) => [each.name, each])),
      views: new Map([latest, doubled, counted].map((each) => [each.name, each])),
    },
    wanted: { views: ['doubled'], sources: ['labels'] },
    ports: { files: lab.files, queries: noQueries, secrets: noSecrets },
    times: { now: micros('2030-01-01T00:00:00Z'), asOf: null },
    engine: { spillFolder, keeper: fileKeeper },
    ...more,
  }
}

async function open(more: Partial<ComputationRequest> = {}): Promise<Computation> {
  const computation = await openComputation(request(more))
  opened.push(computation)
  return computation
}

describe('a computation', () => {
  it('holds the relations of sources and views, and says what each has', async () => {
    writeFiles()
    const steps: ComputationStep[] = []
    const { engine, sources, views } = await open({ onStep: (step) => steps.push(step) })
    expect(steps.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      'DataSource/labels',
      'DataSource/readings',
      'FeatureView/latest',
      'FeatureView/doubled',
    ])
    expect(sources.map(({ source, rows }) => [source, rows])).toEqual([['labels', 2n], ['readings', 4n]]) // prettier-ignore
    expect(views.map(({ view, rows }) => [view, rows])).toEqual([['latest', 4n], ['doubled', 4n]]) // prettier-ignore
    expect(await engine.query('select "__row" as n, k, v from "view:doubled" order by n')).toEqual([
      { n: 0n, k: 'a', v: 2n },
      { n: 1n, k: 'b', v: 4n },
      { n: 2n, k: 'a', v: 6n },
      { n: 3n, k: 'a', v: 8n },
    ])
    expect(await engine.query('select k from "source:labels" order by "__row"')).toEqual([{ k: 'b' }, { k: 'a' }])
    await expect(engine.query(`from read_text('/etc/hostname')`)).rejects.toMatchObject({ code: 'engine-failed' })
  })

  it('as of a time knows no row that could be read only later, not even in a transform', async () => {
    writeFiles()
    const asOf = micros('2013-01-04T00:00:00Z')
    const { engine, sources } = await open({ wanted: { views: ['counted'] }, times: { now: asOf, asOf } })
    expect(await engine.query('select k, v from "view:counted" order by k')).toEqual([{ k: 'a', v: 2n }, { k: 'b', v: 1n }]) // prettier-ignore
    expect(sources).toMatchObject([{ source: 'readings', rows: 3n, leftOutKnownLater: 1n, lastEvent: asOf, inFuture: 0n }])
  })

  it('closes the engine when a source is wrong, and leaves nothing on disk', async () => {
    writeFiles()
    lab.write('readings/2.csv', `${header}a,yesterday,,1\n`)
    await expect(openComputation(request())).rejects.toMatchObject({
      code: 'source-unusable',
      message: expect.stringContaining('row 0 of readings/2.csv: column ts') as string,
    })
    expect(readdirSync(spillFolder)).toEqual([])
  })

  it('closes the engine when a view is wrong', async () => {
    writeFiles()
    const materials = { ...request().materials, views: new Map([['latest', { ...latest, transform: 'from {{ other }}' }]]) }
    await expect(openComputation(request({ materials, wanted: { views: ['latest'] } }))).rejects.toMatchObject({
      code: 'invalid-input',
    })
    expect(readdirSync(spillFolder)).toEqual([])
  })

  it('ends with its signal', async () => {
    writeFiles()
    const controller = new AbortController()
    const onStep = ({ name }: ComputationStep): void => (name === 'latest' ? controller.abort() : undefined)
    const work = openComputation(request({ engine: { spillFolder, signal: controller.signal }, onStep }))
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
    expect(existsSync(spillFolder) ? readdirSync(spillFolder) : []).toEqual([])
  })
})
