/** Names that mean something in JavaScript, or nothing at all, wherever a name may stand. */
import { benchRow } from '../../support/bench-model.ts'
import { hostile, inferPath, inferText, post, predictPath, request, type HostileInput } from '../support/hostile-input.ts'

const names = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  'length',
  '0',
  '',
  ' ',
  '\u0000',
  'f0\u0000',
  'F0',
  '../../etc/passwd',
  '数据',
  '😀',
  'x'.repeat(100_000),
]

const row = JSON.stringify(benchRow(0)).slice(1, -1)
const zeros = Array(20).fill(0).join(',')

function inBodies(name: string): readonly HostileInput[] {
  const quoted = JSON.stringify(name)
  const shown = JSON.stringify(name.slice(0, 30))
  const input = `{"name":"input","datatype":"FP32","shape":[1,20],"data":[${zeros}]}`
  const predict = (body: string, statuses = [400]) =>
    hostile(`${shown} in ${body.slice(0, 24)}`, statuses, () => post(predictPath, body))
  const infer = (what: string, body: string, statuses = [400]) =>
    hostile(`${shown} as ${what}`, statuses, () => post(inferPath, body))
  return [
    predict(`{"rows":[{${row},${quoted}:1}]}`),
    predict(`{"rows":[{${row},${quoted}:{"a":1}}]}`),
    predict(`{"rows":[{${row}}],${quoted}:1}`),
    predict(`{"rows":[{${quoted}:{${row}}}]}`),
    predict(`{${quoted}:{"rows":[{${row}}]}}`),
    predict(`{"rows":{${quoted}:[]}}`),
    predict(`{"rows":[{${row}}],"units":{${quoted}:1}}`),
    predict(`{"rows":[{${row}}],"units":[{${quoted}:1}]}`),
    predict(`{"rows":[{${row}}],"units":[${quoted}]}`, name.length > 1024 ? [400] : [200]),
    infer('an input', inferText({ name: quoted })),
    infer('a second input', `{"inputs":[${input},{"name":${quoted},"datatype":"FP32","shape":[1],"data":[0]}]}`),
    infer('an output', `{"inputs":[${input}],"outputs":[{"name":${quoted}}]}`),
    infer('a member', `{"inputs":[${input}],${quoted}:{"inputs":1}}`, [200, 400]),
    infer('a member of the input', `{"inputs":[{${quoted}:1,${input.slice(1)}]}`, [200]),
    infer('a parameter', `{"inputs":[${input}],"parameters":{${quoted}:true}}`, [200, 400]),
    infer('a parameter of a wrong type', `{"inputs":[${input}],"parameters":{${quoted}:[{}]}}`),
    infer('a unit', `{"inputs":[${input}],"parameters":{"unit":${quoted}}}`, name.length > 1024 ? [400] : [200]),
    infer('an id', `{"id":${quoted},"inputs":[${input}]}`, name.length > 1024 ? [400] : [200]),
  ]
}

function inPaths(name: string): readonly HostileInput[] {
  const coded = encodeURIComponent(name)
  const body = `{"rows":[{${row}}]}`
  const statuses = coded.length > 8000 ? [431] : [404]
  return [
    hostile(`a model ${JSON.stringify(name.slice(0, 20))}, predict`, statuses, () => post(`/v1/models/${coded}/predict`, body)),
    hostile(`a model ${JSON.stringify(name.slice(0, 20))}, infer`, statuses, () =>
      post(`/v2/models/${coded}/infer`, inferText({})),
    ),
    hostile(`a model ${JSON.stringify(name.slice(0, 20))}, ready`, [...statuses, 200], () =>
      request('GET', `/v2/models/${coded}/ready`),
    ),
    hostile(`a version ${JSON.stringify(name.slice(0, 20))}`, statuses, () =>
      post(`/v2/models/bench/versions/${coded}/infer`, inferText({})),
    ),
  ]
}

const versions = ['-1', '0', '1.0', '01', '1e0', '9007199254740993', '99999999999999999999999', 'latest', '1/..', 'v1', '%31%00']

export const hostileNames: readonly HostileInput[] = [
  ...names.flatMap(inBodies),
  ...names.filter((name) => name !== '').flatMap(inPaths),
  ...versions.map((version) =>
    hostile(`the version ${version}`, [404], () => post(`/v2/models/bench/versions/${version}/infer`, inferText({}))),
  ),
]
