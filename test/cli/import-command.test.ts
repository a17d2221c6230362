/** mainward import on real ONNX files; what it writes down is compared with what Python's onnxruntime answers. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readManifests } from '../../reconciler/cli/manifests/read-manifests.ts'
import type { Json } from '../../reconciler/core/digest.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { verifyGoldenRows } from '../../reconciler/inference/golden-rows.ts'
import { loadOnnxModel } from '../../reconciler/inference/onnx-runtime.ts'
import { assembleCommit } from '../../reconciler/manifests/assemble.ts'
import type { ModelVersionSpec } from '../../reconciler/manifests/kinds/model-version.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'
import { type CommandOutcome, runCommand } from '../support/run-command.ts'

let models: string
let answers: Readonly<Record<string, Readonly<Record<string, readonly Json[]>>>>
let project: string

beforeAll(async () => {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  models = await mkdtemp(join(tmpdir(), 'mainward-import-'))
  const { stdout } = await execa(python, [join(packageRoot, 'test/cli/import/models.py'), models])
  answers = JSON.parse(stdout) as typeof answers
}, makingTimeoutMs)

afterAll(() => rm(models, { recursive: true, force: true }))

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'mainward-project-'))
  await runCommand(project, ['init', '--name', 'tests'])
})

afterEach(() => rm(project, { recursive: true, force: true }))

function importModel(name: string, ...more: readonly string[]): Promise<CommandOutcome> {
  const files = ['--onnx', join(models, `${name}.onnx`), '--sample', join(models, `${name}.json`)]
  return runCommand(project, ['import', name, ...files, ...more])
}

async function readVersion(name: string, version = 1): Promise<ModelVersionSpec> {
  const { findings, resources } = assembleCommit((await readManifests(project, null)).contents, { mode: 'reconciled' })
  expect(findings).toEqual([])
  const found = resources.find(({ metadata }) => metadata.name === `${name}-${version}`)
  return found?.spec as ModelVersionSpec
}

/** Numbers of nested lists, and everything else as it is. */
function flat(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]).flatMap(flat) : [value ?? null]
}

async function expectPythonsAnswers(name: string): Promise<void> {
  const { goldenRows, signature } = await readVersion(name)
  const { score, label } = signature.outputs
  for (const output of label === undefined ? [score] : [score, label]) {
    const expected = flat(answers[name]?.[output]).map(Number)
    const found = goldenRows.flatMap(({ outputs }) => flat(outputs[output]).map(Number))
    expect(found.length).toBe(expected.length)
    found.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 5))
  }
}

describe('what is inferred', () => {
  it.each([
    ['regression', [], 'regression', { score: 'variable' }],
    ['multiclass', [], 'multiclass-classification', { score: 'probabilities', label: 'label' }],
    ['mixed-columns', ['--unit', 'customer'], 'binary-classification', { score: 'probability', label: 'label' }],
    ['sigmoid', [], 'regression', { score: 'p' }],
    ['sigmoid', ['--task', 'binary-classification'], 'binary-classification', { score: 'p' }],
    ['sequence', [], 'regression', { score: 'mean' }],
    ['several-scores', ['--score', 'second', '--task', 'multiclass-classification'], 'multiclass-classification', { score: 'second' }], // prettier-ignore
    ['large', [], 'regression', { score: 'y' }],
    ['fixed-batch', [], 'regression', { score: 'y' }],
  ])('of %s %j', async (name, more, task, outputs) => {
    const { code, output, errors } = await importModel(name, ...more)
    expect([code, errors]).toEqual([0, ''])
    expect(output).toContain(`task      ${task}: `)
    expect((await readVersion(name)).signature.outputs).toEqual(outputs)
    await expectPythonsAnswers(name)
    expect(await runCommand(project, ['fmt', '--check'])).toMatchObject({ code: 0 })
    expect(await runCommand(project, ['validate', '--reconciled'])).toMatchObject({ code: 0, output: '' })
  })

  it('is a column for each feature of a matrix, in the order of the sample', async () => {
    await importModel('regression')
    const { signature, requestFeatures, artifact, source } = await readVersion('regression')
    expect(signature.inputs).toEqual([{ name: 'X', datatype: 'FP32', shape: [-1, 3], features: ['a', 'b', 'c'] }])
    expect(requestFeatures.map(({ name, dtype }) => `${name} ${dtype}`)).toEqual(['a float32', 'b float32', 'c float32'])
    expect([source, artifact.opset, artifact.path]).toEqual(['imported', 15, 'models/regression/versions/1.onnx'])
  })

  it('is a feature for each input, without the unit', async () => {
    await importModel('mixed-columns', '--unit', 'customer')
    const { signature, requestFeatures, goldenRows } = await readVersion('mixed-columns')
    expect(signature.inputs.map(({ datatype, shape, features }) => [datatype, shape, features])).toEqual([
      ['BYTES', [-1, 1], ['city']],
      ['INT64', [-1, 1], ['age']],
      ['FP32', [-1, 1], ['income']],
    ])
    expect(requestFeatures.map(({ name, dtype }) => `${name} ${dtype}`)).toEqual(['city string', 'age int64', 'income float32'])
    expect(goldenRows[0]?.inputs).toEqual({ city: 'Bern', age: 0, income: 0 })
    expect(readFileSync(join(project, 'rollouts/mixed-columns.yaml'), 'utf8')).toContain('unit: customer')
  })

  it('is the matrix itself where the sample has lists under the name of the input', async () => {
    await importModel('sequence')
    const { signature, requestFeatures } = await readVersion('sequence')
    expect(signature.inputs).toEqual([{ name: 'steps', datatype: 'FP32', shape: [-1, -1, 2] }])
    expect(requestFeatures).toEqual([])
  })

  it('is the positive class in column 1 of two, or as it is said', async () => {
    const onnx = join(packageRoot, 'example-repo/models/loan-approval/versions/1.onnx')
    const text = readFileSync(join(packageRoot, 'example-repo/models/loan-approval/model.yaml'), 'utf8')
    const names = [...text.matchAll(/- \{ name: (\w+)/g)].map(([, name]) => name ?? '')
    const sample = JSON.stringify([Object.fromEntries(names.map((name) => [name, 1])), Object.fromEntries(names.map((name) => [name, null]))]) // prettier-ignore
    writeFileSync(join(project, 'rows.json'), sample)
    const files = ['--onnx', onnx, '--sample', 'rows.json']
    await runCommand(project, ['import', 'loan', ...files])
    expect((await readVersion('loan')).signature.outputs.positiveIndex).toBe(1)
    const again = await runCommand(project, ['import', 'loan', ...files, '--positive-index', '0', '--decision-threshold', '0.9'])
    expect(readFileSync(join(project, 'models/loan/versions/2.yaml'), 'utf8')).toMatch(/positiveIndex: 0[\s\S]*threshold: 0\.9/)
    expect(again).toMatchObject({
      code: 0,
      errors: expect.stringMatching(/^models\/loan\/model\.yaml:\d+:\d+ version-behind/) as string,
    })
  })
})

describe('what is written', () => {
  it('is reproduced by the runtime that serves', async () => {
    await importModel('multiclass')
    const model = await loadOnnxModel(readFileSync(join(project, 'models/multiclass/versions/1.onnx')))
    const { views: none, ...version } = await readVersion('multiclass')
    expect(none).toEqual([])
    expect(await verifyGoldenRows(model, version)).toBeNull()
    await model.release()
  })

  it('has a description and evidence where they are given, and evidence that is none is refused', async () => {
    const evidence = { metrics: { test: { log_loss: 0.5 } }, data: { digest: 'sha256:0' } }
    writeFileSync(join(project, 'evidence.json'), JSON.stringify(evidence))
    await importModel('regression', '--description', 'A line: through points', '--evidence', 'evidence.json')
    expect((await readVersion('regression')).evidence).toEqual(evidence)
    expect(readFileSync(join(project, 'models/regression/versions/1.yaml'), 'utf8')).toContain(
      'description: "A line: through points"',
    )
    writeFileSync(join(project, 'list.json'), '[1]')
    const refused = await importModel('regression', '--evidence', 'list.json')
    expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('expected evidence as a JSON object in list.json, found a list') as string }) // prettier-ignore
    expect(await importModel('regression', '--evidence', 'none.json')).toMatchObject({ code: 2 })
  })

  it('is a next version, and one line to change, where the model is there', async () => {
    await importModel('regression')
    const before = readFileSync(join(project, 'rollouts/regression.yaml'), 'utf8')
    const { code, output } = await importModel('regression')
    expect(code).toBe(0)
    expect(output).toContain('change canary.version to 2 in rollouts/regression.yaml:9 (production)')
    expect(before.split('\n')[8]).toBe('    version: 1')
    expect(readFileSync(join(project, 'rollouts/regression.yaml'), 'utf8')).toBe(before)
    expect(readdirSync(join(project, 'models/regression/versions')).sort()).toEqual(['1.onnx', '1.yaml', '2.onnx', '2.yaml'])
    expect((await readVersion('regression', 2)).version).toBe(2)
  })

  it('keeps units and descriptions, nulls and decision of the Model', async () => {
    await importModel('sigmoid', '--task', 'binary-classification', '--decision-threshold', '0.3')
    const file = join(project, 'models/sigmoid/model.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('{ name: left, dtype: float32 }', '{ name: left, dtype: float32, unit: mi, description: To the left }')) // prettier-ignore
    await importModel('sigmoid')
    const { requestFeatures, decision } = await readVersion('sigmoid', 2)
    expect(requestFeatures[0]).toEqual({ name: 'left', dtype: 'float32', unit: 'mi', description: 'To the left' })
    expect(decision).toEqual({ threshold: 0.3 })
  })

  it('puts a large file into the artifact store, which git does not see', async () => {
    const { output } = await importModel('large')
    const { artifact } = await readVersion('large')
    const place = join(project, '.mainward/artifacts/sha256', artifact.sha256)
    expect(artifact).toMatchObject({ uri: `folder:sha256/${artifact.sha256}`, sizeBytes: readFileSync(place).length })
    expect(output).toContain(`wrote     folder:${project}/.mainward/artifacts/sha256/${artifact.sha256}`)
    expect(existsSync(join(project, 'models/large/versions/1.onnx'))).toBe(false)
    const status = await execa('git', ['status', '--short', '--untracked-files=all'], { cwd: project })
    expect(status.stdout).not.toContain('.mainward/')
  })

  it('has as many golden rows as asked for, over the whole sample', async () => {
    await importModel('regression', '--golden-rows', '2')
    const rows = JSON.parse(readFileSync(join(models, 'regression.json'), 'utf8')) as unknown[]
    expect((await readVersion('regression')).goldenRows.map(({ inputs }) => inputs)).toEqual([rows[0], rows[2]])
  })

  it('names the schema of the project, relative to each file', async () => {
    await importModel('regression')
    const line = readFileSync(join(project, 'models/regression/versions/1.yaml'), 'utf8').split('\n')[0] ?? ''
    const path = line.replace('# yaml-language-server: $schema=', '')
    expect(existsSync(join(project, 'models/regression/versions', path))).toBe(true)
  })
})

describe('what does not fit', () => {
  const good = [{ a: 1, b: 2, c: 3 }]
  it.each([
    ['regression', [{ a: 1, b: 2 }], 'the input "X" takes 3 columns, the sample has 2: a, b'],
    ['regression', [{ ...good[0], d: 4 }], 'the input "X" takes 3 columns, the sample has 4: a, b, c, d'],
    ['regression', [...good, { a: 1, b: 2 }], 'rows[1]: "c" is missing'],
    ['regression', [{ ...good[0], b: 'two' }], 'the column "b" goes into a tensor of FP32: expected numbers, found "two"'],
    ['mixed-columns', [{ city: 'Bern', age: 1 }], 'the sample has no column for the input "income": found city, age'],
    ['mixed-columns', [{ city: 'Bern', age: 1.5, income: 1 }], 'age'],
    ['mixed-columns', [{ city: 7, age: 1, income: 1 }], 'city'],
    ['mixed-columns', [{ city: 'Bern' }], 'the sample has no column for the inputs "age", "income": found city'],
    ['mixed-columns', [{ city: 'Bern', age: 1, income: 1, more: 2 }], 'nothing takes the columns more'],
    ['sequence', [{ steps: 5 }], 'expected a list in the column "steps", found one value'],
    ['sequence', [{ a: 5 }], 'expected nested lists in a column "steps", found none'],
    ['zipmap', good, 'export the model again with zipmap=False'],
    ['several-scores', good, 'which output is the score? The model has "first" (FP32 [-1, 3]), "second" (FP32 [-1, 3])'],
    ['regression', [[1, 2, 3]], 'expected an object by column name in row 1'],
    ['regression', [], 'expected at least one row'],
  ])('%s %j', async (name, sample, message) => {
    writeFileSync(join(project, 'rows.json'), JSON.stringify(sample))
    const argv = ['import', name, '--onnx', join(models, `${name}.onnx`), '--sample', 'rows.json']
    const { code, errors } = await runCommand(project, argv)
    expect(code).toBeGreaterThan(0)
    expect(errors).toContain(message)
    expect(existsSync(join(project, 'models'))).toBe(false)
  })

  it.each([
    [['--onnx', 'nowhere.onnx'], 2, '--onnx: '],
    [['--onnx', 'mainward.yaml'], 1, 'onnxruntime can not load the model'],
    [['--positive-index', '1'], 2, '--positive-index: expected a column of two probabilities'],
    [['--decision-threshold', '2'], 2, '--decision-threshold: expected a probability'],
    [['--decision-threshold', '0.5'], 2, 'only a binary classification decides'],
    [['--score', 'nothing'], 2, '--score: the model has "variable" (FP32 [-1, 1]), and no output "nothing"'],
    [['--golden-rows', '0'], 2, '--golden-rows'],
  ])('%j', async (more, code, message) => {
    const found = await importModel('regression', ...more)
    expect([found.code, found.errors]).toEqual([code, expect.stringContaining(message)])
  })

  it('is a name that no resource may have', async () => {
    const files = ['--onnx', join(models, 'regression.onnx'), '--sample', join(models, 'regression.json')]
    const { code, errors } = await runCommand(project, ['import', 'My_Model', ...files])
    expect([code, errors]).toEqual([2, expect.stringContaining('lower-case letters, digits and dashes')])
  })

  it('is a folder without a Project, or an include that takes no models', async () => {
    const other = await mkdtemp(join(tmpdir(), 'mainward-bare-'))
    expect(await importModel('regression', '--path', other)).toMatchObject({ code: 2 })
    await cp(join(project, 'mainward.yaml'), join(other, 'mainward.yaml'))
    const text = readFileSync(join(other, 'mainward.yaml'), 'utf8')
    writeFileSync(join(other, 'mainward.yaml'), text.replace('spec: {}', 'spec:\n  include:\n    - rollouts/**'))
    const { code, errors } = await importModel('regression', '--path', other)
    await rm(other, { recursive: true })
    expect([code, errors]).toEqual([
      2,
      expect.stringContaining("the Project's include takes no file models/regression/model.yaml"),
    ])
  })

  it('is a file in the way, which stays as it is', async () => {
    await importModel('regression')
    await rm(join(project, 'models/regression/versions/1.yaml'))
    const { code, errors } = await importModel('regression')
    expect([code, errors]).toEqual([1, expect.stringContaining('models/regression/versions/1.onnx is there already')])
  })
})

describe('a sample', () => {
  it.each([
    ['{"rows": [{"a": 1, "b": 2, "c": 3}]}', 1],
    ['{"a": 1, "b": 2, "c": 3}\n{"a": 1, "b": 2, "c": 4}\n', 2],
    ['{\n"a": 1, "b": 2, "c": 3}\n', 1],
    ['\uFEFF[{"a": 1, "b": 2, "c": null}]', 1],
  ])('may be %j', async (text, count) => {
    writeFileSync(join(project, 'rows.json'), text)
    const argv = ['import', 'm', '--onnx', join(models, 'regression.onnx'), '--sample', 'rows.json']
    expect((await runCommand(project, argv)).output).toContain(`golden    ${count} of ${count} rows`)
  })

  it('says where it is not JSON', async () => {
    writeFileSync(join(project, 'rows.jsonl'), '{"a": 1, "b": 2, "c": 3}\n{"a": 1,\n')
    const argv = ['import', 'm', '--onnx', join(models, 'regression.onnx'), '--sample', 'rows.jsonl']
    expect((await runCommand(project, argv)).errors).toContain('expected rows as JSON in rows.jsonl:2: ')
  })
})
