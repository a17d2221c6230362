// The requests of the serving benchmark (Open Inference Protocol v2), and whether an answer is right: by onnxruntime's own
// (Python) answers in test/fixtures/bench-model. Knows no server.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../fixtures/bench-model/', import.meta.url))

export const modelFile = `${folder}model.onnx`
export const { rows, label, probabilities } = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8'))
const tolerance = 1e-5

const all = rows.map((_, index) => index)

/** The path of a model, of one version when it is given. */
export function inferPath(model, version = null) {
  return `/v2/models/${model}${version === null ? '' : `/versions/${version}`}/infer`
}

function jsonBody(indices) {
  const input = {
    name: 'input',
    shape: [indices.length, rows[0].length],
    datatype: 'FP32',
    data: indices.flatMap((at) => rows[at]),
  }
  return JSON.stringify({ inputs: [input] })
}

/** JSON before the tensor's bytes, and outputs asked for in binary: what tritonclient sends when nothing is said. */
function binaryBody(indices) {
  const tensor = Buffer.from(Float32Array.from(indices.flatMap((at) => rows[at])).buffer)
  const shape = [indices.length, rows[0].length]
  const header = JSON.stringify({
    inputs: [{ name: 'input', shape, datatype: 'FP32', parameters: { binary_data_size: tensor.length } }],
    outputs: ['label', 'probabilities'].map((name) => ({ name, parameters: { binary_data: true } })),
  })
  const headers = { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(header.length) }
  return { body: Buffer.concat([Buffer.from(header), tensor]), headers }
}

/** Every row in a request of its own, in turn. */
export function singleRows(path) {
  return all.map((index) => ({ path, body: jsonBody([index]), indices: [index] }))
}

/** All 64 rows in one request. */
export function wholeBatch(path) {
  return [{ path, body: jsonBody(all), indices: all }]
}

export function binaryBatch(path) {
  return [{ path, ...binaryBody(all), indices: all }]
}

/** Throws unless the answer has the labels and probabilities that are expected. */
export function assertRight({ status, head, body }, { indices }) {
  if (status !== 200) throw new Error(`expected 200, found ${status}: ${body.toString().slice(0, 300)}`)
  const found = readOutputs(head, body)
  const expected = indices.flatMap((at) => probabilities[at])
  const difference = Math.max(...expected.map((value, at) => Math.abs(value - found.probabilities[at])))
  if (found.probabilities.length !== expected.length || !(difference <= tolerance)) {
    throw new Error(`the probabilities of the rows ${indices} are wrong by ${difference}`)
  }
  if (indices.some((at, place) => label[at] !== Number(found.label[place])))
    throw new Error(`the labels of the rows ${indices} are wrong`)
}

function readOutputs(head, body) {
  const header = /\r\ninference-header-content-length: *(\d+)/i.exec(head)
  const jsonLength = header === null ? body.length : Number(header[1])
  let at = jsonLength
  const outputs = JSON.parse(body.subarray(0, jsonLength).toString()).outputs.map(({ name, data, parameters }) => {
    if (data !== undefined) return [name, data]
    const size = parameters.binary_data_size
    // Copied, so that it begins where a typed array may.
    const bytes = new Uint8Array(body.subarray(at, (at += size))).buffer
    return [name, name === 'label' ? new BigInt64Array(bytes) : new Float32Array(bytes)]
  })
  return Object.fromEntries(outputs)
}
