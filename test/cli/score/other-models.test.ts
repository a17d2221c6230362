/** `mainward score` with models of many shapes; what it writes is compared with what Python's onnxruntime answers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../../reconciler/core/digest.ts'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { Engine } from '../../../reconciler/features/engine/engine.ts'
import { openEngine } from '../../../reconciler/features/engine/open-engine.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../../support/python-environment.ts'
import { runCommand } from '../../support/run-command.ts'

let project: string
let answers: Readonly<Record<string, Readonly<Record<string, readonly Json[]>>>>
let engine: Engine

beforeAll(async () => {
  const python = await ensurePythonEnvironment('example-repo/training/requirements.txt')
  project = await mkdtemp(join(tmpdir(), 'mainward-score-models-'))
  const { stdout } = await execa(python, [join(packageRoot, 'test/cli/import/models.py'), project])
  answers = JSON.parse(stdout) as typeof answers
  await runCommand(project, ['init', '--name', 'tests'])
  engine = await openEngine({ spillFolder: join(project, 'spill') })
}, makingTimeoutMs)

afterAll(async () => {
  await engine.close()
  await rm(project, { recursive: true, force: true })
})

async function importModel(name: string, ...more: readonly string[]): Promise<void> {
  const argv = ['import', name, '--onnx', `${name}.onnx`, '--sample', `${name}.json`, ...more]
  const { code, errors } = await runCommand(project, argv)
  expect([code, errors]).toEqual([0, ''])
}

async function score(name: string, input: string, out: string): Promise<void> {
  const { code, errors } = await runCommand(project, ['score', name, '--input', input, '--out', out])
  expect([code, errors]).toEqual([0, ''])
}

async function readParquet(file: string): Promise<readonly object[]> {
  return engine.query(`select to_json(score)::varchar as score, typeof(score) as type from '${join(project, file)}'`)
}

function readJson(file: string): readonly Record<string, Json>[] {
  return JSON.parse(readFileSync(join(project, file), 'utf8')) as readonly Record<string, Json>[]
}

/** As many decimals as Python's onnxruntime and ours share on any machine. */
function close(value: Json | undefined): unknown {
  return Array.isArray(value) ? (value as readonly Json[]).map(close) : expect.closeTo(Number(value), 5)
}

describe('mainward score', () => {
  it('answers a list where no column is the positive class', async () => {
    await importModel('multiclass')
    await score('multiclass', 'multiclass.json', 'out.json')
    const { probabilities = [], label = [] } = answers['multiclass'] ?? {}
    expect(readJson('out.json')).toMatchObject(
      probabilities.map((row, at) => ({ score: close(row), label: label[at], version: 1 })),
    )
    await engine.query(`copy (from '${join(project, 'multiclass.json')}') to '${join(project, 'in.parquet')}' (format parquet)`)
    await score('multiclass', 'in.parquet', 'out.parquet')
    const lists = readJson('out.json').map((row) => row['score'])
    const found = (await readParquet('out.parquet')) as readonly { score: string; type: string }[]
    expect(found.map(({ type }) => type)).toEqual(lists.map(() => 'FLOAT[]'))
    expect(found.map(({ score: text }) => (JSON.parse(text) as number[]).map(Math.fround))).toEqual(
      lists.map((list) => (list as number[]).map(Math.fround)),
    )
  })

  it('takes texts and whole numbers of a CSV file by their dtypes', async () => {
    await importModel('mixed-columns', '--unit', 'customer')
    const rows = readJson('mixed-columns.json')
    const names = Object.keys(rows[0] ?? {})
    const lines = rows.map((row) => names.map((name) => String(row[name] as string | number)).join(','))
    writeFileSync(join(project, 'in.csv'), `${[names.join(','), ...lines].join('\n')}\n`)
    await score('mixed-columns', 'in.csv', 'out.csv')
    await score('mixed-columns', 'mixed-columns.json', 'out.json')
    const { probability = [], label: labels = [] } = answers['mixed-columns'] ?? {}
    expect(readJson('out.json')).toMatchObject(
      rows.map((_, at) => ({ score: close([probability[at]].flat()[0]), label: [labels[at]].flat()[0] })),
    )
    const texts = readFileSync(join(project, 'out.csv'), 'utf8').trim().split('\n').slice(1)
    expect(texts).toEqual(
      readJson('out.json').map(({ score: value, decision, label, version }, at) =>
        [lines[at], ...[value, decision, label, version].map((each) => String(each as string))].join(','),
      ),
    )
  })

  it('takes matrices of several sizes, in JSON and in Parquet', async () => {
    await importModel('sequence')
    const rows = [...readJson('sequence.json'), { steps: [[2, 4]] }]
    writeFileSync(join(project, 'in.json'), JSON.stringify(rows))
    await score('sequence', 'in.json', 'out.json')
    const expected = [...(answers['sequence']?.['mean'] ?? []), 3]
    expect(readJson('out.json').map((row) => row['score'])).toEqual(expected.map(close))
    await engine.query(`copy (from '${join(project, 'in.json')}') to '${join(project, 'in.parquet')}' (format parquet)`)
    await score('sequence', 'in.parquet', 'out.parquet')
    const found = (await readParquet('out.parquet')) as readonly { score: string; type: string }[]
    expect(found.map(({ score: text, type }) => [Number(text), type])).toEqual(expected.map((value) => [close(value), 'FLOAT']))
  })

  it('fills up the last run of a model with a fixed number of rows', async () => {
    await importModel('fixed-pair')
    const rows = [...readJson('fixed-pair.json'), { a: 10, b: 5 }]
    writeFileSync(join(project, 'in.json'), JSON.stringify(rows))
    await score('fixed-pair', 'in.json', 'out.json')
    expect(readJson('out.json').map((row) => row['score'])).toEqual([3, 2, 15])
    expect(answers['fixed-pair']).toEqual({ y: [3, 2] })
  })

  it('runs rows one by one where a row depends on those beside it', async () => {
    await importModel('centred')
    expect(answers['centred']).toEqual({ y: [[-1], [1]] })
    await score('centred', 'centred.json', 'out.json')
    expect(readJson('out.json').map((row) => row['score'])).toEqual([0, 0])
  })

  it('reads a large model from the artifact store', async () => {
    await importModel('large')
    await score('large', 'large.json', 'out.json')
    expect(readJson('out.json').map((row) => row['score'])).toEqual(
      (answers['large']?.['y'] ?? []).flat().map((value) => close(value)),
    )
  })
})
