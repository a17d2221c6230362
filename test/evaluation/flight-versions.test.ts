/** The example's versions on its test part: real model files, real Parquet, against Python's onnxruntime and scikit-learn on the same files. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import type { Measurement, Subject } from '../../reconciler/core/measurement.ts'
import { openDatasetRows, type DatasetRows } from '../../reconciler/cli/train/dataset-rows.ts'
import { evaluateModel } from '../../reconciler/evaluation/evaluate-model.ts'
import type { EvaluationRequest, ScoredEvaluation } from '../../reconciler/evaluation/evaluation-request.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../support/python-environment.ts'
import { exampleFile } from '../support/plain-example.ts'
import { runCommand } from '../support/run-command.ts'
import { type ExampleVersion, readExampleVersions } from './support/example-versions.ts'

type Metrics = Readonly<Record<string, number>>

interface Answer {
  readonly rows: number
  readonly days: number
  readonly versions: Readonly<Record<string, Metrics>>
  readonly carriers: Readonly<Record<string, Readonly<Record<string, Metrics>>>>
  readonly logLossErrors: Metrics
}

let scratch: string
let dataset: string
let python: Answer
let versions: ReadonlyMap<number, ExampleVersion>
/** Version 2 against 1, and 3 against 2. */
let second: ScoredEvaluation
let third: ScoredEvaluation

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'mainward-evaluation-'))
  dataset = join(scratch, 'flights')
  const made = await runCommand(join(packageRoot, 'example-repo'), ['dataset', 'flight-delay', '--out', dataset, '--as-of', '2013-08-01', '--state', scratch]) // prettier-ignore
  expect([made.code, made.errors]).toEqual([0, ''])
  versions = readExampleVersions('flight-delay')
  const program = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  const asked = [1, 2, 3].map((number) => {
    const file = exampleFile(`models/flight-delay/versions/${number}.onnx`)
    return [number, { file, features: versions.get(number)?.layout.signature.inputs[0]?.features }] as const
  })
  const script = join(packageRoot, 'test/evaluation/support/score_versions.py')
  const { stdout } = await execa(program, [script, dataset], { input: JSON.stringify(Object.fromEntries(asked)) })
  python = JSON.parse(stdout) as Answer
  second = await evaluate(2, 1)
  third = await evaluate(3, 2)
}, makingTimeoutMs)

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true })
})

const metrics = ['roc_auc', 'log_loss', 'brier', 'ece', 'f1']

async function evaluate(candidate: number, production: number): Promise<ScoredEvaluation> {
  const rows = await openRows()
  try {
    return await evaluateModel(
      {
        task: 'binary-classification',
        part: 'test',
        candidate: versions.get(candidate)!,
        production: versions.get(production)!,
        baseline: { kind: 'prior', values: [0.254] },
        positiveClass: null,
        classes: null,
        metrics,
        slices: [{ by: 'carrier', minGroup: 300 }],
        requests: [],
        clustersBy: 'day',
        weights: null,
        confidence: 0.95,
        replicates: 2000,
        seed: 7,
      },
      rows,
    )
  } finally {
    await rows.close()
  }
}

function openRows(): Promise<DatasetRows> {
  return openDatasetRows({ folder: dataset, part: 'test', side: ['carrier'], resampleBy: { type: 'day' }, weights: null, engine: { spillFolder: scratch } }) // prettier-ignore
}

function find({ measurements }: ScoredEvaluation, metric: string, of: Subject, carrier?: string): Measurement {
  const found = measurements.find((each) => each.metric === metric && each.of === of && each.group?.['carrier'] === carrier)
  expect(found, `${metric} of ${of} ${carrier}`).toBeDefined()
  return found!
}

describe('versions of the example', () => {
  it('score and measure as Python does, over all rows and for carriers', () => {
    expect([python.rows, python.days]).toEqual([12_423, 14])
    for (const [candidate, production, found] of [
      [2, 1, second],
      [3, 2, third],
    ] as const) {
      // prettier-ignore
      expect(found).toMatchObject({ rows: 12_423, clusters: { by: 'day', count: 14 }, production: { version: production } })
      for (const metric of metrics) {
        expect(find(found, metric, 'candidate').estimate).toBeCloseTo(python.versions[candidate]![metric]!, 5)
        expect(find(found, metric, 'production').estimate).toBeCloseTo(python.versions[production]![metric]!, 5)
        for (const carrier of ['UA', 'B6', 'WN']) {
          expect(find(found, metric, 'candidate', carrier).estimate).toBeCloseTo(
            python.carriers[candidate]![carrier]![metric]!,
            5,
          )
        }
      }
    }
  })

  it('differ as resampled days say: the second version is better, the third is worse though it ranks better', () => {
    const better = find(second, 'log_loss', 'difference-to-production')
    expect(better.estimate).toBeCloseTo(-0.0448, 3)
    // Percentiles of 100 resamples of days, of a prototype: -0.079 to -0.023.
    expect(better.high).toBeLessThan(0)
    expect(better.high).toBeCloseTo(-0.0156, 2)
    expect(better.low).toBeCloseTo(-0.074, 2)
    expect(better.standardError! / python.logLossErrors['2']!).toBeCloseTo(1, 1)
    expect(find(third, 'roc_auc', 'candidate').estimate).toBeCloseTo(0.7734, 4)
    expect(find(third, 'ece', 'candidate').estimate).toBeCloseTo(0.235, 3)
    expect(find(third, 'roc_auc', 'difference-to-production').estimate).toBeGreaterThan(0)
    expect(find(third, 'log_loss', 'difference-to-production').low).toBeGreaterThan(0.08)
  })

  it('have days for clusters with intervals several times as wide as rows alone have', async () => {
    const [byDay, byRow] = [second, await evaluateRows()]
    const width = ({ low, high }: Measurement): number => (high ?? NaN) - (low ?? NaN)
    expect(width(find(byDay, 'roc_auc', 'candidate')) / width(find(byRow, 'roc_auc', 'candidate'))).toBeGreaterThan(3)
    expect(find(byRow, 'roc_auc', 'candidate').method).toBe('delong')
  })

  it('leave out groups of fewer than 300 rows', () => {
    const carriers = new Set(second.measurements.flatMap(({ group }) => (group === undefined ? [] : [group['carrier']])))
    expect([...carriers]).toEqual(['9E', 'AA', 'B6', 'DL', 'EV', 'MQ', 'UA', 'US', 'WN'])
  })
})

async function evaluateRows(): Promise<ScoredEvaluation> {
  const rows = await openDatasetRows({ folder: dataset, part: 'test', side: ['carrier'], resampleBy: null, weights: null, engine: { spillFolder: scratch } }) // prettier-ignore
  try {
    const request: EvaluationRequest = {
      task: 'binary-classification',
      part: 'test',
      candidate: versions.get(2)!,
      production: { version: null, because: 'not asked for' },
      baseline: { kind: 'prior', values: [0.254] },
      positiveClass: null,
      classes: null,
      metrics: ['roc_auc'],
      slices: [],
      requests: [],
      clustersBy: null,
      weights: null,
      confidence: 0.95,
      replicates: 1000,
      seed: 7,
    }
    return await evaluateModel(request, rows)
  } finally {
    await rows.close()
  }
}

describe('an evaluation', () => {
  it('ends at once when it is cancelled, and leaves no process', async () => {
    const abort = new AbortController()
    const rows = await openRows()
    let started = (): void => undefined
    const measuring = new Promise<void>((resolve) => (started = resolve))
    const work = evaluateModel(
      {
        task: 'binary-classification',
        part: 'test',
        candidate: versions.get(2)!,
        production: versions.get(1)!,
        baseline: { kind: 'prior', values: [0.254] },
        positiveClass: null,
        classes: null,
        metrics,
        slices: [{ by: 'carrier', minGroup: null }],
        requests: [],
        clustersBy: 'day',
        weights: null,
        confidence: 0.95,
        replicates: 200_000,
        seed: 7,
      },
      rows,
      { signal: abort.signal, onProgress: (scored) => scored === 12_423 && started() },
    )
    const ended = expect(work).rejects.toMatchObject({ code: 'cancelled' })
    await measuring
    expect(await countProcesses()).toBe(1)
    abort.abort()
    await ended
    expect(await countProcesses()).toBe(0)
    await rows.close()
  }, 60_000)
})

async function countProcesses(): Promise<number> {
  const { stdout } = await execa('ps', ['-o', 'args=', '--ppid', String(process.pid)])
  return stdout.split('\n').filter((line) => line.includes('evaluation-process')).length
}
