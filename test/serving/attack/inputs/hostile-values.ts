/** Values at and beyond the ends of their datatypes, in models that answer what they are given. */
import { hostile, inferText, post, type HostileInput } from '../support/hostile-input.ts'

/** By model and datatype: a JSON value, and whether it is one of the datatype. */
const values: Readonly<Record<string, readonly (readonly [value: string, fits: boolean])[]>> = {
  'same-int64 INT64': [
    ['9007199254740991', true],
    ['9007199254740992', false],
    ['9007199254740993', false],
    ['"9223372036854775807"', true],
    ['"9223372036854775808"', false],
    ['"-9223372036854775808"', true],
    ['"-9223372036854775809"', false],
    ['-0', true],
    ['1e400', false],
    ['1.5', false],
    ['""', false],
    ['" 1"', false],
    ['"1e5"', false],
    ['"0x10"', false],
    ['"1_000"', false],
    ['"NaN"', false],
    [`"${'9'.repeat(100_000)}"`, false],
    ['9'.repeat(100_000), false],
    ['true', false],
    ['null', false],
    ['{"valueOf":1}', false],
  ],
  'same-uint64 UINT64': [
    ['"18446744073709551615"', true],
    ['"18446744073709551616"', false],
    ['"-1"', false],
    ['-1', false],
    ['-0', true],
    ['18446744073709551615', false],
  ],
  'same-uint8 UINT8': [
    ['255', true],
    ['256', false],
    ['-1', false],
    ['-0', true],
    ['1e2', true],
    ['0.1', false],
    ['"1"', false],
    ['1e400', false],
  ],
  'same-bool BOOL': [
    ['true', true],
    ['1', true],
    ['2', false],
    ['"true"', false],
    ['null', false],
    ['[]', false],
  ],
  'same-fp64 FP64': [
    ['1.7976931348623157e308', true],
    ['1.7976931348623159e308', false],
    ['1e400', false],
    ['-1e400', false],
    ['1e-400', true],
    ['-0', true],
    ['5e-324', true],
    ['null', true],
    ['"1"', false],
    [`0.${'1'.repeat(100_000)}`, true],
    ['1'.repeat(400), false],
  ],
  'same-fp16 FP16': [
    ['1', false],
    ['null', false],
  ],
  'same-bytes BYTES': [
    ['"\\u0000"', false],
    ['"\\ud83d\\ude00"', true],
    ['""', true],
    ['"__proto__"', true],
    ['1', false],
    ['null', false],
    ['["a"]', false],
    ['{"toString":"a"}', false],
  ],
}

const lone = ['"\\ud800"', '"\\udc00\\ud800"', '"a\\udfffb"']

function atOnce(model: string, datatype: string, value: string): Buffer {
  const text = inferText({ name: '"x"', datatype: JSON.stringify(datatype), shape: '[1,2]', data: `[${value},${value}]` })
  return post(`/v2/models/${model}/infer`, text)
}

const datatypes = [
  'FP16',
  'INT8',
  'BF16',
  'fp32',
  '',
  'FP32 ',
  '__proto__',
  'constructor',
  'toString',
  'FP32\\u0000',
  'a'.repeat(1e6),
]

export const hostileValues: readonly HostileInput[] = [
  ...Object.entries(values).flatMap(([target, list]) => {
    const [model = '', datatype = ''] = target.split(' ')
    return list.map(([value, fits]) =>
      hostile(`${datatype} ${value.slice(0, 40)}`, [fits ? 200 : 400], () => atOnce(model, datatype, value)),
    )
  }),
  ...lone.map((value) => hostile(`a lone surrogate ${value}`, [200, 400], () => atOnce('same-bytes', 'BYTES', value))),
  ...datatypes.map((datatype) =>
    hostile(`the datatype ${datatype.slice(0, 20)}`, [400], () =>
      post('/v2/models/bench/infer', inferText({ datatype: `"${datatype}"` })),
    ),
  ),
]
