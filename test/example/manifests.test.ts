/** The committed example is right as it stands: its manifests, its golden rows and its replay rows. Needs no Python. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { builtFile, packageRoot } from '../../reconciler/core/package-root.ts'
import type { WrittenModelVersionSpec } from '../../reconciler/manifests/generated/modelversion.ts'

const example = join(packageRoot, 'example-repo')
const versions = ['flight-delay/versions/1', 'flight-delay/versions/2', 'loan-approval/versions/1']

async function readVersion(name: string): Promise<WrittenModelVersionSpec> {
  const text = await readFile(join(example, 'models', `${name}.yaml`), 'utf8')
  return (parse(text) as { spec: WrittenModelVersionSpec }).spec
}

describe('the example repository', () => {
  it('has no findings', async () => {
    const { stderr } = await execa('node', [builtFile('main.js'), 'validate', example, '--reconciled'])
    expect(stderr).toContain('29 manifests: 0 errors, 0 warnings')
  })

  it('is in the form of mainward fmt', async () => {
    const { exitCode } = await execa('node', [builtFile('main.js'), 'fmt', '--check', example], { reject: false })
    expect(exitCode).toBe(0)
  })

  it('serves version 1 until one line is changed', async () => {
    const text = await readFile(join(example, 'rollouts/flight-delay.yaml'), 'utf8')
    expect(text.split('\n').filter((line) => /^ *version:/.test(line))).toEqual(['    version: 1'])
    expect((await readdir(join(example, 'models/flight-delay/versions'))).sort()).toEqual([
      '1.onnx',
      '1.yaml',
      '2.onnx',
      '2.yaml',
    ])
  })

  // That Python's runtime finds the same is seen where the versions are trained again.
  it.each(versions)('has golden rows that its model file gives: %s', async (name) => {
    const { artifact, signature, goldenRows = [] } = await readVersion(name)
    const [input] = signature.inputs
    const features = input?.features ?? []
    const session = await InferenceSession.create(join(example, artifact.path ?? ''))
    const values = goldenRows.flatMap((row) => features.map((feature) => (row.inputs[feature] ?? NaN) as number))
    const found = await session.run({ input: new Tensor('float32', values, [goldenRows.length, features.length]) })
    const expected = goldenRows.flatMap((row) => row.outputs.probabilities as number[])
    expect(expected).toHaveLength(20)
    const probabilities = found.probabilities?.data as Float32Array
    const differences = expected.map((value, index) => Math.abs(value - (probabilities[index] ?? NaN)))
    expect(Math.max(...differences)).toBeLessThan(1e-6)
    expect(Array.from(found.label?.data as BigInt64Array, Number)).toEqual(goldenRows.map((row) => row.outputs.label))
    const nulls = goldenRows.map((row) => features.filter((feature) => row.inputs[feature] === null).length)
    expect(nulls.filter((count) => count > 0)).not.toHaveLength(0)
  })
})

interface Line {
  readonly time: string
  readonly unit: string
  readonly row: Readonly<Record<string, string | number | null>>
  readonly label?: number
  readonly label_known_at?: string
}

describe('the replay rows', () => {
  let lines: readonly Line[]

  beforeAll(async () => {
    const bytes = gunzipSync(await readFile(join(example, 'data/replay-2013-06-07.jsonl.gz')))
    lines = bytes.toString().trimEnd().split('\n').map((line) => JSON.parse(line) as Line) // prettier-ignore
  })

  it('are all flights of June and July, once, in order of time', () => {
    expect(lines).toHaveLength(57_668)
    expect(new Set(lines.map(({ unit }) => unit)).size).toBe(57_668)
    const times = lines.map(({ time }) => time)
    expect(times.every((time, index) => time >= (times[index - 1] ?? ''))).toBe(true)
    expect([times[0], times.at(-1)]).toEqual(['2013-06-01T07:00:00Z', '2013-08-01T01:59:00Z'])
  })

  it('have the keys that the views are joined by and the request features, and nothing else', async () => {
    const { views = [], requestFeatures = [] } = await readVersion('flight-delay/versions/2')
    const keys = new Set(views.flatMap(({ join: joined }) => Object.values(joined)))
    const expected = [...keys, ...requestFeatures.map(({ name }) => name)].sort()
    expect(expected).toEqual(['carrier', 'day_of_week', 'dest', 'distance', 'origin', 'route', 'sched_hour', 'tailnum'])
    expect(lines.filter(({ row }) => Object.keys(row).sort().join() !== expected.join())).toEqual([])
    expect(lines.filter(({ row }) => row.route !== `${row.origin}-${row.dest}`)).toEqual([])
    const missing = lines.filter(({ row }) => Object.values(row).includes(null))
    expect(missing.every(({ row: { tailnum, ...others } }) => tailnum === null && !Object.values(others).includes(null))).toBe(
      true,
    )
    expect(missing).toHaveLength(589)
  })

  it('have outcomes that became known after the prediction, and none for flights that never arrived', () => {
    const labelled = lines.filter(({ label }) => label !== undefined)
    expect(labelled).toHaveLength(57_668 - 1009 - 159 - 940 - 192)
    expect(labelled.filter(({ time, label_known_at }) => !(label_known_at !== undefined && label_known_at > time))).toEqual([])
    expect(lines.filter(({ label, label_known_at }) => (label === undefined) !== (label_known_at === undefined))).toEqual([])
    const late = labelled.filter(({ label }) => label === 1).length / labelled.length
    expect(late).toBeCloseTo(0.319, 2)
  })
})
