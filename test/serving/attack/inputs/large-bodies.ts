/** Bodies of the largest size that is read, and of the next that is not, full of what is dear to parse or to keep. */
import { gzipSync } from 'node:zlib'
import { benchRow } from '../../support/bench-model.ts'
import { hostile, inferPath, post, predictPath, type HostileInput } from '../support/hostile-input.ts'

const read = 4_190_000
const refused = 15_900_000

/** `piece` again and again between `head` and `tail`, up to a size. */
function filled(size: number, piece: string, head = '', tail = ''): Buffer {
  const bytes = Buffer.alloc(size, piece)
  bytes.write(head, 0, 'latin1')
  bytes.write(tail, size - tail.length, 'latin1')
  return bytes
}

const inputHead = '{"inputs":[{"name":"input","datatype":"FP32","shape":[1,20],"data":['

const contents: Readonly<Record<string, (size: number) => Buffer>> = {
  'opening brackets': (size) => filled(size, '['),
  'objects in objects': (size) => filled(size, '{"a":'),
  'zeros in data': (size) => filled(size, '0,', inputHead.padEnd(70), '0]}]}'),
  'numbers in data': (size) => filled(size, '0.1234567890123456789,', inputHead.padEnd(66), '1]}]}'),
  nulls: (size) => filled(size, 'null,', '[1,2,', '0]'),
  'empty texts': (size) => filled(size, '"",', '[1,', ']'),
  'one text': (size) => filled(size, 'a', '{"rows":["', '"]}'),
  'one text of escapes': (size) => filled(size, '\\u00e9', '{"rows":["'.padEnd(12, '0'), '"]}'),
  'one text of two-byte letters': (size) => filled(size - (size % 2), 'é', '{"rows":["', '"] }'),
  'one number': (size) => filled(size, '1', '{"rows":[', ']}'),
  'one key': (size) => filled(size, 'k', '{"rows":[{}],"', '":1}'),
  spaces: (size) => filled(size, ' ', '{', '}'),
  'empty objects': (size) => filled(size, '{},', '{"rows":[', '{}]}'),
  backslashes: (size) => filled(size, '\\', '"', '"'),
}

const others: readonly HostileInput[] = [
  hostile('keys that are all different', [400, 413, 503], () => {
    const keys = Array.from({ length: 300_000 }, (_, index) => `"k${index}":0`).join(',')
    return post(predictPath, `{${keys}}`)
  }),
  hostile('90,000 empty rows', [400, 503], () => post(predictPath, `{"rows":[${'{},'.repeat(90_000)}{}]}`)),
  hostile('10,000 rows of unknown features', [400, 413, 503], () => {
    const row = JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`unknown_${index}`, index])))
    return post(predictPath, `{"rows":[${Array<string>(10_000).fill(row).join(',')}]}`)
  }),
  hostile('the same key 499,000 times', [400, 503], () => post(predictPath, `{"rows":[{${'"f0":1,'.repeat(499_000)}"f0":1}]}`)),
  hostile('10,000 inputs', [400, 503], () => {
    const input = '{"name":"f0","datatype":"FP32","shape":[1],"data":[1]}'
    return post(inferPath, `{"inputs":[${Array<string>(10_000).fill(input).join(',')}]}`)
  }),
  hostile('10,000 outputs', [400, 503], () => {
    const outputs = Array<string>(10_000).fill('{"name":"label"}').join(',')
    return post(inferPath, `{"inputs":[{"name":"input","datatype":"FP32","shape":[1,20],"data":[]}],"outputs":[${outputs}]}`)
  }),
  hostile('an id of 4 MB', [400, 503], () => post(inferPath, `{"id":"${'i'.repeat(4e6)}","inputs":[]}`)),
  hostile('a unit of 4 MB', [400, 503], () =>
    post(predictPath, JSON.stringify({ rows: [benchRow(0)], units: ['u'.repeat(4e6)] })),
  ),
  hostile('a gzip of 4 MB of zeros in an array', [400, 413, 503], () =>
    post(predictPath, gzipSync(filled(read, '0,', '{"rows":[ ', '0]}')), ['Content-Encoding: gzip']),
  ),
  hostile('a gzip bomb', [413, 503], () => post(predictPath, gzipSync(Buffer.alloc(200_000_000)), ['Content-Encoding: gzip'])),
]

export const largeBodies: readonly HostileInput[] = [
  ...Object.entries(contents).flatMap(([name, make]) => [
    hostile(`4 MB: ${name}`, [400, 503], () => post(predictPath, make(read))),
    hostile(`16 MB: ${name}`, [413], () => post(inferPath, make(refused))),
  ]),
  ...others,
]
