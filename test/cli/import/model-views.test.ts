/** mainward import of a model that reads views: a real ONNX file, manifests of the working tree, values compared with Python's. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { readManifests } from '../../../reconciler/cli/manifests/read-manifests.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { Resource } from '../../../reconciler/core/resource.ts'
import { verifyGoldenRows } from '../../../reconciler/inference/golden-rows.ts'
import { loadOnnxModel } from '../../../reconciler/inference/onnx-runtime.ts'
import { assembleCommit } from '../../../reconciler/manifests/assemble.ts'
import type { ModelSpec } from '../../../reconciler/manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../../reconciler/manifests/kinds/model-version.ts'
import { buildRelease } from '../../../reconciler/manifests/release.ts'
import { labelSourceExample, trainingExample, viewsExample } from '../../../reconciler/manifests/rules/examples.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../../support/python-environment.ts'
import { type CommandOutcome, runCommand } from '../../support/run-command.ts'

const names = ['distance', 'dest_weather__wind_speed', 'dest_weather__wind_max_6h']

const modelText = `apiVersion: mainward.dev/v1alpha1
kind: Model
metadata: { name: delay }
spec:
  task: regression
  features:
    - view: airport_weather
      as: dest_weather
      join: { airport: dest }
      take:
        - wind_speed
        - wind_max_6h
  requestFeatures:
    - { name: distance, dtype: float32, unit: mi }
  nulls:
    default: model
    features: { dest_weather__wind_speed: 0 }
  label: { source: flights, column: delay, predictAt: predict_at }
`

const files = {
  'models/views.yaml': viewsExample,
  'models/flights.yaml': labelSourceExample.replace('  columns:\n', '  columns:\n    - { name: delay, dtype: float32 }\n'),
  'models/delay.yaml': modelText,
}

let models: string
let answers: readonly number[]
let rows: readonly (readonly number[])[]
let project: string

beforeAll(async () => {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  models = await mkdtemp(join(tmpdir(), 'mainward-import-views-'))
  const { stdout } = await execa(python, [join(packageRoot, 'test/cli/import/models.py'), models])
  answers = (JSON.parse(stdout) as { readonly regression: { readonly variable: number[][] } }).regression.variable.flat()
  const sample = JSON.parse(readFileSync(join(models, 'regression.json'), 'utf8')) as readonly Record<string, number>[]
  rows = sample.map((row) => Object.values(row))
}, makingTimeoutMs)

afterAll(() => rm(models, { recursive: true, force: true }))

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'mainward-project-'))
  await runCommand(project, ['init', '--name', 'tests'])
  mkdirSync(join(project, 'models'), { recursive: true })
  for (const [path, text] of Object.entries(files)) write(path, text)
})

afterEach(() => rm(project, { recursive: true, force: true }))

function write(path: string, text: string): void {
  writeFileSync(join(project, path), text)
}

function edit(path: keyof typeof files, from: string, to: string): void {
  expect(files[path]).toContain(from)
  write(path, files[path].replace(from, to))
}

/** The sample of three columns under these names, with more columns beside. */
function importDelay(columns: readonly string[] = names, beside: object = {}): Promise<CommandOutcome> {
  const named = rows.map((row) => ({ ...beside, ...Object.fromEntries(columns.map((name, index) => [name, row[index]])) }))
  write('rows.json', JSON.stringify(named))
  return runCommand(project, ['import', 'delay', '--onnx', join(models, 'regression.onnx'), '--sample', 'rows.json'])
}

async function assemble() {
  const { findings, resources } = assembleCommit((await readManifests(project, null)).contents, { mode: 'reconciled' })
  const find = (name: string) => resources.find(({ metadata }) => metadata.name === name)
  const readRelease = (version: number) =>
    buildRelease(find(`delay-${version}`) as Resource<ModelVersionSpec>, find('delay') as Resource<ModelSpec>)
  return {
    findings: findings.filter(({ rule }) => rule !== 'data-file-missing'),
    readRelease,
  }
}

describe('an imported version of a model that reads views', () => {
  it('embeds the views as the working tree has them, in the form of fmt', async () => {
    const { code, output } = await importDelay(names, { dest: 'JFK' })
    expect(code).toBe(0)
    expect(output).toContain('view      airport_weather as dest_weather (sha256:419bade40f5a): wind_speed, wind_max_6h\n')
    const { findings, readRelease } = await assemble()
    expect(findings).toEqual([])
    const { views, definitions, requestFeatures, signature } = readRelease(1)
    expect(requestFeatures).toEqual([{ name: 'distance', dtype: 'float32', unit: 'mi' }])
    expect(signature.inputs[0]?.features).toEqual(names)
    expect(views?.map(({ view, ...role }) => [view.name, role])).toEqual([
      ['airport_weather', { join: { airport: 'dest' }, as: 'dest_weather', take: ['wind_speed', 'wind_max_6h'] }],
    ])
    expect(definitions?.sources.map(({ name }) => name)).toEqual(['weather_hourly'])
    // What the version of the example embeds, which `mainward explain` shows.
    const example = trainingExample.split('---\n').find((part) => part.includes('kind: ModelVersion')) ?? ''
    const text = readFileSync(join(project, 'models/delay/versions/1.yaml'), 'utf8')
    const [written, shown] = [text, example].map((yaml) => (parseYaml(yaml) as Resource<ModelVersionSpec>).spec)
    expect([written?.views, written?.definitions]).toEqual([shown?.views, shown?.definitions])
    expect(await runCommand(project, ['fmt', '--check', 'models/delay/versions/1.yaml'])).toMatchObject({ code: 0 })
  })

  it('has golden rows with the features of views, which the runtime reproduces', async () => {
    await importDelay()
    const release = (await assemble()).readRelease(1)
    expect(release.goldenRows.map(({ inputs }) => names.map((name) => inputs[name]))).toEqual(rows)
    release.goldenRows.forEach(({ outputs }, index) =>
      expect(outputs.variable).toEqual([expect.closeTo(answers[index] ?? NaN, 5)]),
    )
    const model = await loadOnnxModel(readFileSync(join(project, 'models/delay/versions/1.onnx')))
    expect(await verifyGoldenRows(model, release)).toBeNull()
    const [first] = release.goldenRows
    const other = { inputs: { ...first?.inputs, dest_weather__wind_speed: 99 }, outputs: first?.outputs ?? {} }
    expect(await verifyGoldenRows(model, { ...release, goldenRows: [other] })).not.toBeNull()
    await model.release()
  })

  it('keeps them when main moves on, which validate says; the next one embeds the new', async () => {
    await importDelay()
    const before = (await assemble()).readRelease(1)
    edit('models/views.yaml', 'ttl: 3h', 'ttl: 4h')
    const moved = await assemble()
    expect(moved.findings.map(({ file, line, rule, message, hint }) => [file, line, rule, message, hint])).toEqual([
      [
        'models/delay.yaml',
        7,
        'version-behind',
        'expected the view airport_weather as version 1 embeds it, found another definition: the version keeps its own',
        'mainward import delay again makes version 2',
      ],
    ])
    expect(moved.readRelease(1)).toEqual(before)
    await importDelay()
    const after = await assemble()
    expect(after.findings).toEqual([])
    expect(after.readRelease(2).definitions?.views[0]?.ttlMs).toBe(14_400_000)
    expect(after.readRelease(2).views?.[0]?.view.digest).not.toBe(before.views?.[0]?.view.digest)
    expect(after.readRelease(1)).toEqual(before)
  })
})

describe('an import is refused', () => {
  it.each([
    [['distance', 'dest_weather__wind_speed', 'wind_max_6h'], 'columns that the Model delay does not name: wind_max_6h'],
    [['distance', 'dest_weather__wind_sped', 'dest_weather__wind_max_6h'], 'does not name: dest_weather__wind_sped'],
  ])('for a sample with the columns %j', async (columns, message) => {
    const { code, errors } = await importDelay(columns)
    expect([code, errors]).toEqual([1, expect.stringContaining(message)])
  })

  it('for a Model that takes what the sample has not', async () => {
    edit('models/delay.yaml', '  nulls:', '    - { name: wind_speed, dtype: float32 }\n  nulls:')
    const { code, errors } = await importDelay(['distance', 'wind_speed', 'dest_weather__wind_speed'])
    expect([code, errors]).toEqual([1, expect.stringContaining('takes dest_weather__wind_max_6h of views: found no such column')])
  })

  it('for a view that is offline only', async () => {
    edit('models/views.yaml', '  online: { refresh: 15m, lag: 1m }\n', '')
    expect((await importDelay()).errors).toContain('the view airport_weather, which delay reads, is offline only')
  })

  it('while the working tree has errors', async () => {
    edit('models/views.yaml', 'source: weather_hourly', 'source: weather_hourle')
    const { code, errors } = await importDelay()
    expect([code, errors]).toEqual([1, expect.stringContaining('the views of delay can not be embedded')])
  })
})
