/** The binary tensor extension with lengths that lie, and texts that claim to be huge; and bodies that inflate without end. */
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { hostile, inferPath, inferText, post, type HostileInput } from '../support/hostile-input.ts'

const mebibyte = 1024 * 1024
const matrix = Buffer.alloc(80)
const headerOf = (value: string) => [`Inference-Header-Content-Length: ${value}`]

/** An input whose tensor is behind the JSON. */
function binaryText(size: string, more: Readonly<Record<string, string>> = {}): string {
  const { name = 'input', datatype = 'FP32', shape = '[1,20]' } = more
  return `{"inputs":[{"name":"${name}","datatype":"${datatype}","shape":${shape},"parameters":{"binary_data_size":${size}}}]}`
}

function binary(text: string, tensor: Buffer, path = inferPath): Buffer {
  return post(path, Buffer.concat([Buffer.from(text), tensor]), headerOf(String(Buffer.byteLength(text))))
}

const headerValues = [
  '-1',
  '1e9',
  'NaN',
  'Infinity',
  '1.5',
  '0x10',
  '',
  ' ',
  '999999999',
  '9'.repeat(300),
  '１',
  '10,10',
  '1 1',
  'null',
]

const headers: readonly HostileInput[] = [
  ...headerValues.map((value) =>
    hostile(`Inference-Header-Content-Length: ${value.slice(0, 20)}`, [400], () =>
      post(inferPath, inferText({}), headerOf(value)),
    ),
  ),
  hostile('the header twice', [400], () => post(inferPath, inferText({}), [...headerOf('10'), ...headerOf('20')])),
  hostile('the header within the JSON', [400], () => post(inferPath, inferText({}), headerOf('10'))),
  hostile('the header behind the JSON', [400], () =>
    post(inferPath, `${inferText({})}    `, headerOf(String(inferText({}).length + 2))),
  ),
  hostile('the header, and no body', [400], () => post(inferPath, '', headerOf('0'))),
  hostile('the header is 0 with half a row', [400], () => post(inferPath, Buffer.alloc(40), headerOf('0'))),
  hostile('the header is 0 with odd bytes', [400], () => post(inferPath, Buffer.alloc(81), headerOf('0'))),
  hostile('the header is 0 with JSON', [200, 400], () => post(inferPath, inferText({}), headerOf('0'))),
  hostile('the header on predict', [400, 501], () => post('/v1/models/bench/predict', '{"rows":[{}]}', headerOf('5'))),
]

const sizes: readonly HostileInput[] = [
  ...[
    '-1',
    '79',
    '81',
    '0',
    '1e300',
    '1e400',
    '9007199254740993',
    '4294967296',
    '"80"',
    '80.5',
    'null',
    '[80]',
    '{}',
    'true',
  ].map((size) => hostile(`binary_data_size ${size}`, [400], () => binary(binaryText(size), matrix))),
  hostile('bytes that belong to nothing', [400], () => binary(binaryText('80'), Buffer.alloc(100))),
  hostile('a tensor without its bytes', [400], () => binary(binaryText('80'), Buffer.alloc(0))),
  ...['[4294967296,4294967296]', '[2,20]', '[0,20]', '[20]', '[9007199254740991]', '[1,20,1]'].map((shape) =>
    hostile(`the shape ${shape} over 80 bytes`, [400], () => binary(binaryText('80', { shape }), matrix)),
  ),
  hostile('10,001 rows in binary', [400], () => binary(binaryText('800080', { shape: '[10001,20]' }), Buffer.alloc(800_080))),
  hostile('a BOOL of 2', [200, 400], () =>
    binary(binaryText('2', { name: 'x', datatype: 'BOOL', shape: '[1,2]' }), Buffer.from([2, 255]), '/v2/models/same-bool/infer'),
  ),
]

function texts(bytes: Buffer, shape: string): Buffer {
  const text = binaryText(String(bytes.length), { name: 'x', datatype: 'BYTES', shape })
  return binary(text, bytes, '/v2/models/same-bytes/infer')
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(length)
  return bytes
}

const bytesBombs: readonly HostileInput[] = [
  hostile('a text that claims 4 GB', [400], () => texts(Buffer.concat([lengthOf(0xffffffff), Buffer.from('a')]), '[1,2]')),
  hostile('a text that claims 2 GB', [400], () => texts(Buffer.concat([lengthOf(0x7fffffff), Buffer.from('a')]), '[1,2]')),
  hostile('a text longer than its tensor', [400], () => texts(Buffer.concat([lengthOf(2), Buffer.from('a')]), '[1,2]')),
  hostile('half a length', [400], () => texts(Buffer.from([0, 0]), '[1,2]')),
  hostile('one text of two', [400], () => texts(Buffer.concat([lengthOf(1), Buffer.from('a')]), '[1,2]')),
  hostile('three texts of two', [400], () => texts(Buffer.alloc(12), '[1,2]')),
  hostile('texts that are not UTF-8', [400], () => texts(Buffer.from([1, 0, 0, 0, 0xff, 0, 0, 0, 0]), '[1,2]')),
  hostile('four million empty texts', [400, 503], () => texts(Buffer.alloc(15 * mebibyte), `[${(15 * mebibyte) / 8},2]`)),
  hostile('four million empty texts of two', [400, 503], () => texts(Buffer.alloc(15 * mebibyte), '[1,2]')),
  hostile('a text of 15 MB', [400, 503], () =>
    texts(Buffer.concat([lengthOf(15 * mebibyte), Buffer.alloc(15 * mebibyte, 97), lengthOf(0)]), '[1,2]'),
  ),
  hostile('the shape [2^32, 2^32] of texts', [400], () => texts(Buffer.alloc(8), '[4294967296,4294967296]')),
]

const coded = (name: string, statuses: readonly number[], coding: string, make: () => Buffer): HostileInput =>
  hostile(name, statuses, () => post(inferPath, make(), [`Content-Encoding: ${coding}`]))

const spaces = (bytes: number) => Buffer.alloc(bytes, ' ')
const whole = gzipSync(inferText({}))

const codings: readonly HostileInput[] = [
  coded('a gzip bomb of 100 MB', [413], 'gzip', () => gzipSync(Buffer.alloc(100 * mebibyte))),
  coded('a deflate bomb of 100 MB', [413], 'deflate', () => deflateSync(Buffer.alloc(100 * mebibyte))),
  coded('a raw deflate bomb', [413], 'deflate', () => deflateRawSync(Buffer.alloc(100 * mebibyte))),
  coded('a bomb in a bomb', [400, 413], 'gzip', () => gzipSync(gzipSync(Buffer.alloc(100 * mebibyte)))),
  coded('a bomb of many members', [413], 'gzip', () => Buffer.concat(Array<Buffer>(20).fill(gzipSync(spaces(mebibyte))))),
  coded('spaces up to the limit', [400, 503], 'gzip', () => gzipSync(spaces(4 * mebibyte))),
  coded('brackets up to the limit', [400, 503], 'gzip', () => gzipSync(Buffer.alloc(4 * mebibyte, '['))),
  coded('half a gzip', [400], 'gzip', () => whole.subarray(0, whole.length / 2)),
  coded('a gzip without its end', [400], 'gzip', () => whole.subarray(0, -4)),
  coded('a gzip with a wrong sum', [400], 'gzip', () => Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8)])),
  coded('a gzip with garbage behind it', [400], 'gzip', () => Buffer.concat([whole, Buffer.from('garbage')])),
  coded('no gzip', [400], 'gzip', () => Buffer.from(inferText({}))),
  coded('no deflate', [400], 'deflate', () => Buffer.from(inferText({}))),
  coded('an empty gzip', [400], 'gzip', () => Buffer.alloc(0)),
  ...['br', 'zstd', 'compress', 'gzip, gzip', 'chunked', 'gzip;q=1', '__proto__', '\u00e9', 'toString'].map((coding) =>
    coded(`the coding ${coding}`, [415], coding, () => whole),
  ),
]

export const hostileBinary: readonly HostileInput[] = [...headers, ...sizes, ...bytesBombs, ...codings]
