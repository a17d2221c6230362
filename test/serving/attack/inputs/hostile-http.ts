/** Bytes that break HTTP, or stretch it: framing that lies, request smuggling, headers, methods, addresses, other protocols. */
import { benchRow } from '../../support/bench-model.ts'
import { hostile, post, predictPath, rawHead, request, type HostileInput } from '../support/hostile-input.ts'
import type { ExchangeOptions } from '../support/raw-client.ts'

const good = JSON.stringify({ rows: [benchRow(0)] })
const line = `POST ${predictPath} HTTP/1.1`
const closed = { untilClosed: true }
/** What ends only with the time limit of the server. */
const late = { untilClosed: true, limitMs: 8000 }

type Framed = readonly [
  name: string,
  statuses: readonly number[],
  headers: readonly string[],
  rest?: string,
  options?: ExchangeOptions,
]

/** A request to predict with these headers, and this behind them. */
function framed(...[name, statuses, headers, rest = '', options = {}]: Framed): HostileInput {
  return hostile(name, statuses, () => rawHead([line, 'Host: x', ...headers], rest), options)
}

const chunked = 'Transfer-Encoding: chunked'
const hidden = 'GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n'

const lengths: readonly HostileInput[] = [
  framed('no length and no body', [400], []),
  ...['-1', '+5', '0x10', '1e3', '5.0', '5 5', '5,5', 'abc', '', '18446744073709551616', '9'.repeat(400), '５'].map((value) =>
    framed(`Content-Length: ${value.slice(0, 24)}`, value === '' ? [400, 408] : [400], [`Content-Length: ${value}`], good, late),
  ),
  framed('a length doubled and different', [400], ['Content-Length: 5', 'Content-Length: 6'], good, closed),
  framed('a length doubled and alike', [400], ['Content-Length: 5', 'Content-Length: 5'], good, closed),
  framed('a length with a space before the colon', [400], ['Content-Length : 5'], good, closed),
  framed('a length in a folded line', [400], ['Content-Length:', ' 5'], good, closed),
  framed('a length that is too large', [413], ['Content-Length: 99999999999']),
  framed('a length of 2^53', [413], ['Content-Length: 9007199254740993']),
  framed('a length that is too short', [400], [`Content-Length: ${good.length - 10}`], good),
  framed('a length that is too long', [408], [`Content-Length: ${good.length + 10}`], good, late),
  framed('a length that is too long, then the end', [400, 408], [`Content-Length: ${good.length + 10}`], good, {
    ...late,
    halfClose: true,
  }),
]

const smuggling: readonly HostileInput[] = [
  framed('a length and chunks', [400], ['Content-Length: 4', chunked], `0\r\n\r\n${hidden}`, closed),
  framed('chunks and a length', [400], [chunked, 'Content-Length: 4'], `0\r\n\r\n${hidden}`, closed),
  ...[
    'chunked, chunked',
    'chunked, identity',
    'identity',
    'gzip',
    'gzip, chunked',
    'xchunked',
    'chunked;q=1',
    '\u000bchunked',
    'chunked\u000b',
    '"chunked"',
    'CHUNKED,',
  ].map((value) =>
    framed(`Transfer-Encoding: ${JSON.stringify(value)}`, [400, 501], [`Transfer-Encoding: ${value}`], '0\r\n\r\n', late),
  ),
  framed('two transfer encodings', [400], [chunked, 'Transfer-Encoding: identity'], '0\r\n\r\n', closed),
  framed('a space before the colon', [400], ['Transfer-Encoding : chunked'], '0\r\n\r\n', closed),
  framed('a name with NUL', [400], ['Transfer-Encoding\u0000: chunked'], '0\r\n\r\n', closed),
  framed('a bare CR between headers', [400], [`X: y\r${chunked}`], `0\r\n\r\n${hidden}`, closed),
  framed('a bare LF between headers', [400], [`X: y\n${chunked}`], `0\r\n\r\n${hidden}`, closed),
  hostile('only LF', [400], () => Buffer.from(`${line}\nHost: x\n${chunked}\n\n0\n\n`), closed),
  hostile('HTTP/1.0 with chunks', [400], () => rawHead([`POST ${predictPath} HTTP/1.0`, chunked], '0\r\n\r\n'), closed),
]

const chunks: readonly HostileInput[] = [
  ...[
    'zz\r\nabc\r\n0\r\n\r\n',
    '-5\r\nabcde\r\n0\r\n\r\n',
    '0x5\r\nabcde\r\n0\r\n\r\n',
    '5 \r\nabcde\r\n0\r\n\r\n',
    ' 5\r\nabcde\r\n0\r\n\r\n',
    '5\r\nabcdefg\r\n0\r\n\r\n',
    '5\nabcde\n0\n\n',
    '5\r\nabcde0\r\n\r\n',
    '\r\n\r\n',
    'ffffffffffffffffff\r\nabc',
    '10000000000000000\r\nabc',
    '5_0\r\nabcde\r\n0\r\n\r\n',
    '5;\n=\r\nabcde\r\n0\r\n\r\n',
    '5\r\rabcde\r\n0\r\n\r\n',
  ].map((rest) => framed(`chunks ${JSON.stringify(rest.slice(0, 30))}`, [400], [chunked], rest, late)),
  framed('a chunk that does not come', [408], [chunked], 'ff\r\nabc', late),
  framed('chunks that do not end', [408], [chunked], '3\r\nabc\r\n', late),
  framed('chunks with small extensions', [400], [chunked], `3;a=b\r\nabc\r\n0\r\n\r\n`),
  framed('200 KB of chunk extensions', [413], [chunked], `3;${'a'.repeat(200_000)}\r\nabc\r\n0\r\n\r\n`, closed),
  framed('extensions on every chunk', [400, 413], [chunked], `${`1;${'a'.repeat(1000)}\r\na\r\n`.repeat(100)}0\r\n\r\n`),
  framed('trailers', [400], [chunked], '3\r\nabc\r\n0\r\nContent-Length: 5\r\nHost: y\r\n\r\n'),
  framed('200 KB of trailers', [431], [chunked], `3\r\nabc\r\n0\r\n${`A: ${'b'.repeat(1000)}\r\n`.repeat(200)}\r\n`, closed),
  framed('a hundred thousand chunks of one byte', [400], [chunked], `${'1\r\n[\r\n'.repeat(100_000)}0\r\n\r\n`),
]

const headers: readonly HostileInput[] = [
  framed('200 KB of headers', [431], [`X: ${'a'.repeat(200_000)}`], '', closed),
  framed('5 MB of headers', [431], [`X: ${'a'.repeat(5_000_000)}`], '', closed),
  framed('a header name of 200 KB', [431], [`${'a'.repeat(200_000)}: 1`], '', closed),
  framed('10,000 headers', [431], Array<string>(10_000).fill('A: b'), '', closed),
  framed('3,000 short headers', [400], [...Array<string>(3000).fill('A:'), 'Content-Length: 2'], '{}'),
  framed('a header without a colon', [400], ['Broken'], '', closed),
  framed('a header without a name', [400], [': x'], '', closed),
  framed('a header with a control character', [400], ['X: \u0001'], '', closed),
  framed('a header with NUL', [400], ['X: a\u0000b'], '', closed),
  framed('a folded header', [400], ['X: a', ' b'], '', closed),
  framed(
    'names that mean something in JavaScript',
    [200],
    ['__proto__: 1', 'constructor: 2', 'hasOwnProperty: 3', `Content-Length: ${good.length}`],
    good,
  ),
  framed('a request id of 8 KB', [200], [`Mainward-Request-Id: ${'i'.repeat(8000)}`, `Content-Length: ${good.length}`], good),
  framed('a unit of 8 KB', [200], [`Mainward-Unit: ${'i'.repeat(8000)}`, `Content-Length: ${good.length}`], good),
  framed('an encoding of 8 KB', [415], [`Content-Encoding: ${'gzip,'.repeat(1600)}`, `Content-Length: ${good.length}`], good),
  framed(
    'a long Accept-Encoding',
    [200],
    [`Accept-Encoding: ${'a;q=0.5,'.repeat(1500)}`, `Content-Length: ${good.length}`],
    good,
  ),
  framed('an expectation that is none', [417], ['Expect: everything', 'Content-Length: 2'], '{}'),
  framed('two hosts', [200, 400], ['Host: y', `Content-Length: ${good.length}`], good),
  framed(
    'an upgrade to a websocket',
    [200],
    [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Content-Length: ${good.length}`,
    ],
    good,
  ),
  framed(
    'an upgrade to HTTP/2',
    [200],
    ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__', `Content-Length: ${good.length}`],
    good,
  ),
  ...['', 'a b', '\u00e4', '[::1', 'x:99999', '../..', 'http://evil'].map((host) =>
    hostile(`the host ${JSON.stringify(host)}`, [200, 400], () =>
      rawHead([line, `Host: ${host}`, `Content-Length: ${good.length}`], good),
    ),
  ),
  hostile('two hosts', [400], () => rawHead([line, 'Host: x', 'HOST: y', `Content-Length: ${good.length}`], good)),
  hostile('the same host twice', [400], () => rawHead([line, 'Host: x', 'Host: x', `Content-Length: ${good.length}`], good)),
  hostile('no host', [400], () => rawHead([line, `Content-Length: ${good.length}`], good)),
]

const wrongMethods = ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'M-SEARCH', 'HEAD']
const noMethods = ['post', 'Get', 'FOO', 'PRI', 'G E T', 'POST\u0000', '', '€', 'A'.repeat(100_000)]

const methods: readonly HostileInput[] = [
  ...wrongMethods
    .filter((method) => method !== 'HEAD')
    .map((method) => hostile(`the method ${method}`, [405], () => request(method, predictPath, good))),
  ...noMethods.map((method) =>
    hostile(`the method ${JSON.stringify(method.slice(0, 10))}`, [400, 431], () => request(method, predictPath, good), closed),
  ),
  hostile('CONNECT', [400, 404, 405], () => request('CONNECT', 'example.org:443'), { untilClosed: true, limitMs: 3000 }),
  hostile('HTTP/0.9', [400, 408], () => Buffer.from('GET /v2\r\n'), late),
  hostile('HTTP/1.0', [200], () => Buffer.from('GET /v2 HTTP/1.0\r\n\r\n'), closed),
  ...['HTTP/2.0', 'HTTP/3.0', 'HTTP/1.2', 'HTTP/9.9', 'HTTP/1', 'HTTP/1.1.1', 'HTTPS/1.1', 'ICE/1.0', 'RTSP/1.0'].map((version) =>
    hostile(`the version ${version}`, [200, 400], () => Buffer.from(`GET /v2 ${version}\r\nHost: x\r\n\r\n`)),
  ),
]

const strangers: Readonly<Record<string, Buffer>> = {
  'an HTTP/2 preface': Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'),
  'a TLS hello': Buffer.from('16030100c8010000c40303' + '5a'.repeat(60), 'hex'),
  'an SSH hello': Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'),
  'a Postgres hello': Buffer.from('0000000804d2162f', 'hex'),
  'a Redis command': Buffer.from('*1\r\n$4\r\nPING\r\n'),
  'an SMTP hello': Buffer.from('EHLO example.org\r\n'),
  'a proxy header': Buffer.from('PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET /v2 HTTP/1.1\r\nHost: x\r\n\r\n'),
  'zero bytes': Buffer.alloc(10_000),
  ones: Buffer.alloc(10_000, 0xff),
  'a status line': Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
}

const addresses: readonly HostileInput[] = [
  ...[
    '/../../etc/passwd',
    '/v2/../../../etc/passwd',
    '/v2/models/../../../etc/passwd',
    '/v2/models/..%2f..%2f..%2fetc%2fpasswd',
    '/v2/models/%2e%2e/%2e%2e/etc/passwd',
    '/v2/models/%252e%252e%252fetc%252fpasswd',
    '/v2/models/..\\..\\etc\\passwd',
    '/v2/models/bench/versions/../../../state.json',
    '/v2/models/bench%00.onnx',
    '//etc/passwd',
    '/v2//models',
    '/v2/models//ready',
    '/%76%32',
    '/v2/models/bench/versions/1/../../infer',
    '/./v2/./models',
    '/v2;x=y',
    '/openapi.json/../metrics',
    '/metrics%0d%0aX:y',
    '/__proto__',
    '/constructor',
    '/v2/toString',
    `/${'a/'.repeat(3000)}`,
    `/v2/models/${'a'.repeat(8000)}`,
    '*',
    'v2',
    'http://evil.example/secret',
  ].map((path) => hostile(`the address ${path.slice(0, 60)}`, [400, 404], () => request('GET', path))),
  ...['/%', '/%zz', '/v2/models/%ff/ready', '/v2/models/%c0%ae%c0%ae/ready', '/%u0041', '/v2/models/%E0%A4%A'].map((path) =>
    hostile(`the address ${path}`, [400], () => request('GET', path)),
  ),
  hostile('an address with NUL', [400], () => request('GET', '/v2\u0000')),
  hostile('an address with a space', [400], () => request('GET', '/v2 x')),
  hostile('an address of 100 KB', [431], () => request('GET', `/${'a'.repeat(100_000)}`), closed),
  hostile('a query of 100 KB', [431], () => request('GET', `/v2?${'a'.repeat(100_000)}`), closed),
  hostile('a query of 10 KB', [200], () => request('GET', `/v2?${'a=b&'.repeat(2500)}`)),
]

const uninvited: readonly HostileInput[] = [
  ...['/v2', '/v2/models', '/v2/health/live', '/v2/health/ready', '/openapi.json', '/metrics', '/v2/models/bench'].flatMap(
    (path) => [
      hostile(`a body for GET ${path}`, [200], () => request('GET', path, good)),
      hostile(`a large body for GET ${path}`, [413], () => request('GET', path, Buffer.alloc(20_000_000)), closed),
      hostile(`a broken gzip body for GET ${path}`, [400], () => request('GET', path, good, ['Content-Encoding: gzip'])),
    ],
  ),
  hostile('a large body for nothing', [404], () => post('/nothing', Buffer.alloc(20_000_000))),
  hostile('a large body for a wrong verb', [405], () => post('/v2', Buffer.alloc(20_000_000))),
]

export const hostileHttp: readonly HostileInput[] = [
  ...lengths,
  ...smuggling,
  ...chunks,
  ...headers,
  ...methods,
  ...Object.entries(strangers).map(([name, bytes]) => hostile(name, [400], () => bytes, late)),
  ...addresses,
  ...uninvited,
]
