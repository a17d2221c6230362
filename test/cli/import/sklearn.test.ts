/** mainward import of models of scikit-learn and MLflow: real pickles, converted in a real Python; what it writes is compared with what scikit-learn answers. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readManifests } from '../../../reconciler/cli/manifests/read-manifests.ts'
import type { Json } from '../../../reconciler/core/digest.ts'
import { builtFile, packageRoot } from '../../../reconciler/core/package-root.ts'
import { assembleCommit } from '../../../reconciler/manifests/assemble.ts'
import type { ModelVersionSpec } from '../../../reconciler/manifests/kinds/model-version.ts'
import { prepareEnvironment } from '../../../reconciler/training/environment/prepare-environment.ts'
import { openProcessTable } from '../../../reconciler/training/processes/open-process-table.ts'
import { makingTimeoutMs } from '../../support/python-environment.ts'
import { type CommandOutcome, runCommand } from '../../support/run-command.ts'

/** Keeps the environment for the next run of the tests. */
const state = join(packageRoot, 'node_modules/.cache/import-state')

let pickles: string
let answers: Readonly<Record<string, readonly (readonly number[])[]>>
let project: string

beforeAll(async () => {
  const environment = await prepareEnvironment({
    requirementsFile: builtFile('cli/import/python/requirements.txt'),
    cacheFolder: join(state, 'train', 'environments'),
    inherited: process.env,
    table: openProcessTable(),
    onLines: () => undefined,
    timeoutMs: makingTimeoutMs,
    signal: new AbortController().signal,
  })
  pickles = await mkdtemp(join(tmpdir(), 'mainward-pickles-'))
  const options = { env: { PATH: environment.path }, extendEnv: false }
  const { stdout } = await execa('python3', [join(packageRoot, 'test/cli/import/pickles.py'), pickles], options)
  answers = JSON.parse(stdout) as typeof answers
}, makingTimeoutMs)

afterAll(() => rm(pickles, { recursive: true, force: true }))

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'mainward-project-'))
  await runCommand(project, ['init', '--name', 'tests'])
})

afterEach(() => rm(project, { recursive: true, force: true }))

function importPickle(file: string, ...more: readonly string[]): Promise<CommandOutcome> {
  const sample = join(pickles, `${file.split('.')[0] ?? ''}.json`)
  const secrets = { childEnvironment: { ...process.env, AWS_SECRET_ACCESS_KEY: 'hush', MAINWARD_TOKEN: 'hush' } }
  const argv = ['import', 'model', '--sklearn', join(pickles, file), '--sample', sample, '--state', state, ...more]
  return runCommand(project, argv, secrets)
}

async function readVersion(): Promise<ModelVersionSpec> {
  const { findings, resources } = assembleCommit((await readManifests(project, null)).contents, { mode: 'reconciled' })
  expect(findings).toEqual([])
  return resources.find(({ kind }) => kind === 'ModelVersion')?.spec as ModelVersionSpec
}

function evidenceOf({ evidence }: ModelVersionSpec): Readonly<Record<string, Json>> {
  return evidence['import'] as Readonly<Record<string, Json>>
}

describe('a model of scikit-learn', () => {
  it.each([
    ['trees.pkl', ['a', 'b', 'c'], 'HistGradientBoostingClassifier', { class_weight: 'balanced', max_iter: 20 }],
    ['pipeline.pkl', ['a', 'b', 'kind'], 'LogisticRegression', { C: 0.5 }],
    ['forest.joblib', ['a', 'b', 'c'], 'RandomForestRegressor', { n_estimators: 10, random_state: 1 }],
    ['linear.skops', ['a', 'b', 'c'], 'LogisticRegression', { C: 0.3 }],
  ])(
    'is converted, and answers as it did: %s',
    async (file, columns, estimator, parameters) => {
      const { code, output, errors } = await importPickle(file, '--unit', 'customer', '--golden-rows', '40')
      expect([code, output]).toEqual([0, expect.stringMatching(/^original {2}0 of 40 rows differ by more than 0\.00001, /m)])
      expect(errors).not.toContain('error')
      const version = await readVersion()
      expect(version.source).toBe('imported')
      expect(version.requestFeatures.map(({ name }) => name)).toEqual(columns)
      const scores = version.goldenRows.map(({ outputs }) => [outputs[version.signature.outputs.score]].flat())
      const expected = (answers[file] ?? []).map((row) => row.map((value) => expect.closeTo(value, 5) as number))
      expect(scores).toEqual(expected)
      const known = evidenceOf(version)
      expect(known).toMatchObject({
        origin: 'scikit-learn',
        file: { name: file },
        model: { estimator, parameters },
        comparison: { rows: 40, rowsBeyond: 0, otherLabels: 0 },
      })
      expect(known['unknown']).toContain('seed')
      expect(known['packages']).toContain('scikit-learn==1.9.1')
    },
    60_000,
  )

  it('is refused when the converted one answers otherwise', async () => {
    const { code, errors } = await importPickle('steep.pkl')
    expect(errors).toMatch(
      /the converted model is another one: 1 of 2 rows of the sample differ by more than 0\.00001, row 1 by 0\.\d+/,
    )
    expect([code, existsSync(join(project, 'models'))]).toEqual([1, false])
  }, 60_000)

  it.each([
    ['list.pkl', /list\.pkl: expected a model with predict, found builtins\.list/],
    ['text.pkl', /text\.pkl: the file can not be read with scikit-learn 1\.9\.1: /],
    ['elsewhere.pkl', /elsewhere\.pkl: the file needs the Python module elsewhere, which is not installed/],
    [
      'boosted.pkl',
      /boosted\.pkl: the file holds a model of xgboost, which skl2onnx does not convert: write it as ONNX where .* onnxmltools\.convert_xgboost, .* --onnx/,
    ],
    ['exit.pkl', /the conversion of exit\.pkl ended with exit code 7:\n {2}last words/],
  ])(
    'is none: %s',
    async (file, message) => {
      const { code, errors } = await importPickle(file)
      expect(errors).toMatch(message)
      expect([code, existsSync(join(project, 'models'))]).toEqual([1, false])
    },
    60_000,
  )

  it('is read without our environment, in a folder of its own that is gone afterwards', async () => {
    await importPickle('spy.pkl')
    const seen = JSON.parse(readFileSync(join(pickles, 'spied.json'), 'utf8')) as Record<string, string>
    expect(JSON.stringify(seen)).not.toContain('hush')
    expect(Object.keys(seen).filter((name) => /TOKEN|SECRET|KEY|PIP_/.test(name))).toEqual([])
    expect([seen['HOME'], existsSync(seen['cwd'] ?? '')]).toEqual([seen['cwd'], false])
  }, 60_000)

  it('needs the columns that it was trained with', async () => {
    writeFileSync(join(pickles, 'forest.json'), JSON.stringify([{ a: 1, b: 2 }]))
    expect((await importPickle('forest.joblib')).errors).toMatch(
      /^error: forest\.joblib: the model takes 3 columns, the sample has 2: a, b\nhint: --sample has a column for each input of the model; --unit /m,
    )
  }, 60_000)
})

/** As MLflow 3.17.2 writes it. */
function mlmodel(flavor: string): string {
  return `flavors:
  python_function:
    loader_module: mlflow.sklearn
    model_path: model.pkl
    python_version: 3.11.7
${flavor}
mlflow_version: 3.17.2
model_id: m-9ef61f9d2f594ee3b78bbbcb85c53523
run_id: 03b7c69c73b7418993ff903c17db18d9
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  serving_input_path: serving_input_example.json
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}, {"type": "double",
    "name": "b", "required": true}, {"type": "double", "name": "c", "required": true}]'
  outputs: '[{"type": "long", "required": true}]'
  params: null
`
}

const sklearnFlavor = `  sklearn:
    code: null
    pickled_model: model.skops
    serialization_format: skops
    sklearn_version: 1.9.1`

const example = { columns: ['a', 'b', 'c'], data: [[0.5, -0.25, 1], [-0.5, 0.75, null]] } // prettier-ignore

describe('a run of MLflow', () => {
  let run: string

  beforeEach(() => {
    run = join(project, 'mlruns/0/03b7c69c73b7418993ff903c17db18d9')
    write(join(run, 'params/C'), '0.3')
    write(join(run, 'metrics/auc'), '1795792205518 0.5 1\n1795792205600 0.91 2\n')
    write(join(run, 'metrics/eval/loss'), '1795792205518 nan 1\n')
  })

  function write(path: string, content: string): void {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }

  function writeModel(folder: string, flavor: string, file: string, from: string): void {
    write(join(folder, 'MLmodel'), mlmodel(flavor))
    write(join(folder, 'input_example.json'), JSON.stringify({ ...example, data: [example.data[0]] }))
    cpSync(from, join(folder, file))
  }

  function importRun(folder: string, ...more: readonly string[]): Promise<CommandOutcome> {
    return runCommand(project, ['import', 'model', '--mlflow-run', folder, '--state', state, ...more])
  }

  it('gives its model with its input example, parameters and metrics: MLflow 3, which names models beside runs', async () => {
    write(join(run, 'outputs/m-9e/meta.yaml'), 'destination_id: m-9e\n')
    writeModel(join(project, 'mlruns/0/models/m-9e/artifacts'), sklearnFlavor, 'model.skops', join(pickles, 'linear.skops'))
    expect(await importRun(run)).toMatchObject({
      code: 0,
      output: expect.stringContaining('original  0 of 1 row differ') as string,
    })
    const version = await readVersion()
    expect(version.goldenRows.map(({ inputs }) => inputs)).toEqual([{ a: 0.5, b: -0.25, c: 1 }])
    expect(evidenceOf(version)).toMatchObject({
      origin: 'mlflow',
      model: { estimator: 'LogisticRegression' },
      mlflow: {
        mlflow_version: '3.17.2',
        run_id: '03b7c69c73b7418993ff903c17db18d9',
        flavor: 'sklearn',
        reported: { parameters: { C: '0.3' }, metrics: { auc: 0.91, 'eval/loss': 'nan' } },
      },
    })
  }, 60_000)

  it('gives an ONNX file as it is: MLflow 2, which keeps models below the run', async () => {
    const onnx = join(packageRoot, 'example-repo/models/loan-approval/versions/1.onnx')
    const bytes = readFileSync(onnx)
    writeModel(join(run, 'artifacts/model'), '  onnx:\n    data: model.onnx\n    onnx_version: 1.23.2', 'model.onnx', onnx)
    const names = Array.from({ length: 21 }, (_, index) => `x${index}`)
    write(
      join(run, 'artifacts/model/input_example.json'),
      JSON.stringify({ columns: names, data: [names.map((_, index) => index)] }),
    )
    const { code, output } = await importRun(run)
    expect([code, output]).toEqual([0, expect.not.stringContaining('original')])
    expect(readFileSync(join(project, 'models/model/versions/1.onnx'))).toEqual(bytes)
    const known = evidenceOf(await readVersion())
    expect(known).toMatchObject({ origin: 'mlflow', mlflow: { flavor: 'onnx', file: 'artifacts/model/model.onnx' } })
    expect(known['unknown']).toContain('code of the training')
  })

  it('is none, or has several, or one that can not be imported', async () => {
    expect((await importRun(run)).errors).toMatch(/expected a file MLmodel in .*, or a run with a model, found none/)
    writeModel(join(run, 'artifacts/first'), '  xgboost:\n    data: model.xgb', 'model.xgb', join(pickles, 'list.pkl'))
    expect((await importRun(run)).errors).toMatch(/MLmodel: expected the flavor onnx or sklearn, found python_function, xgboost/)
    writeModel(join(run, 'artifacts/second'), '  onnx:\n    data: ../../../x.onnx', 'model.onnx', join(pickles, 'list.pkl'))
    expect((await importRun(run)).errors).toMatch(/the run has 2 models: artifacts\/first, artifacts\/second/)
    expect((await importRun(join(run, 'artifacts/second'))).errors).toMatch(
      /names a file outside of its folder: \.\.\/\.\.\/\.\.\/x\.onnx/,
    )
  })
})

describe('the options of an import', () => {
  it.each([
    [[], /expected one of --onnx, --sklearn, --mlflow-run, found none/],
    [['--onnx', 'a', '--sklearn', 'b'], /expected one of .*, found several/],
    [['--onnx', 'a', '--sample', 's', '--requirements', 'r'], /--requirements: an ONNX file needs no Python/],
    [['--sklearn', 'a'], /--sample: expected rows that the model is run on, found none/],
  ])('are used wrongly: %j', async (argv, message) => {
    const { code, errors } = await runCommand(project, ['import', 'model', ...argv])
    expect([code, errors]).toEqual([2, expect.stringMatching(message)])
  })
})
