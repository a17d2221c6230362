/** Keys and values that the engine writes as text, against what the encoders of core/ write for the same values. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FeatureDtype } from '../../../reconciler/core/feature-dtype.ts'
import { encodeEntityKey, encodeFeatureValue, type FeatureValue } from '../../../reconciler/core/feature-value.ts'
import type { Cell } from '../../../reconciler/features/engine/engine.ts'
import { inBatches } from '../../../reconciler/features/engine/in-batches.ts'
import { openEngine } from '../../../reconciler/features/engine/open-engine.ts'
import { sqlTypes } from '../../../reconciler/features/sources/sql-types.ts'
import { column, fileSource } from '../sources/support/source-lab.ts'
import { FillLab, type Definitions } from './support/fill-lab.ts'

let lab: FillLab

beforeAll(async () => {
  lab = await FillLab.open()
})

afterAll(() => lab.close())

/** Every character below U+0300, those that JSON or COPY or half of UTF-16 treat apart, and texts of several. */
const texts = [
  ...Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code)),
  ...['', '\u2028', '\ufeff', '😀', '\\N', '\\.', '\\u000B', '\\\u000b"\\', '\t\n', 'null', "''", '{a,"b"}'],
]
const whole = [0n, 1n, -1n, 9_007_199_254_740_993n, 2n ** 63n - 1n, -(2n ** 63n)]
/** Without 0: DuckDB's Parquet writer takes it for the same entry of a dictionary as -0. */
const floats = [-0, 1, -2, 1.5, 0.1, 1e15, 1e16, 1e21, 1e-5, 1e-7, 5e-324, Number.MAX_VALUE, 1 / 3, NaN, Infinity, -Infinity]

const dtypes = ['bool', 'int32', 'int64', 'float32', 'float64', 'string', 'timestamp'] as const satisfies readonly FeatureDtype[]

function valuesOf(at: number): readonly FeatureValue[] {
  if (at % 11 === 10) return dtypes.map(() => null)
  const float = floats[at % floats.length] ?? 0
  const narrow = Math.fround(float)
  const text = texts[(at * 7) % texts.length] ?? ''
  const time = BigInt(at) * 1_234_567_890_123n - 86_400_000_001n
  return [at % 2 === 0, (at * 977) % 1000, whole[at % whole.length] ?? 0n, Object.is(narrow, 0) ? -0 : narrow, float, text, time]
}

it('are the same: keys to the byte, values when they are read', async () => {
  lab.lab.write('made.parquet', '')
  const engine = await openEngine({ spillFolder: lab.lab.at('spill'), folders: [lab.lab.at('.')] })
  try {
    const keys = [{ name: 'k', dtype: 'string' as const }, { name: 'n', dtype: 'int64' as const }] // prettier-ignore
    const columns = [
      { name: 'k', type: 'VARCHAR' },
      { name: 'n', type: 'BIGINT' },
      { name: 'ts', type: 'TIMESTAMP' },
      ...dtypes.map((dtype) => ({ name: `f_${dtype}`, type: sqlTypes[dtype] })),
    ]
    const rows = texts.map((text, at) => [text, whole[at % whole.length] ?? 0n, 1_000_000n, ...valuesOf(at)] as readonly Cell[])
    await engine.load(
      'made',
      columns,
      inBatches(rows, (row) => row),
    )
    await engine.query(`copy made to '${lab.lab.at('made.parquet')}' (format parquet)`)
    const given: Definitions = {
      entities: [{ name: 'e', keys }],
      sources: [fileSource({ name: 's', pattern: 'made.parquet', eventTime: 'ts', columns: [column('k', 'string'), column('n', 'int64'), column('ts', 'timestamp'), ...dtypes.map((dtype) => column(`f_${dtype}`, dtype))] })], // prettier-ignore
      views: [
        {
          name: 'v', entities: [{ name: 'e', columns: { k: 'k', n: 'n' } }], inputs: [{ kind: 'DataSource', name: 's' }], transform: null,
          eventTime: 'ts', createdTime: null, rowKey: [], ttlMs: null, features: dtypes.map((dtype) => ({ name: `f_${dtype}`, dtype })),
          aggregations: [], online: { type: 'grid', refreshMs: 60_000, lagMs: 0 },
        },
      ],
    } // prettier-ignore
    expect((await lab.fill(given, 2_000_000n)).computed).toBe(texts.length)
    const found = new Map((await lab.rows(given, 'v')).map(({ key, values }) => [key, JSON.parse(values) as unknown]))
    const expected = texts.map((text, at) => [encodeEntityKey([text, whole[at % whole.length] ?? 0n]), valuesOf(at).map(encodeFeatureValue)] as const) // prettier-ignore
    expect([...found.keys()].sort()).toEqual(expected.map(([key]) => key).sort())
    for (const [key, values] of expected) expect(found.get(key), key).toEqual(values)
  } finally {
    await engine.close()
  }
})
