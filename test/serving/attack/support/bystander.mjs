// A well-behaved client in a thread of its own: small predictions one after the other on one connection. Tells the latency of
// each, in milliseconds, when it is asked, and begins anew. Worker data: { port, body, pauseMs }.
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

const { port, body, pauseMs } = workerData
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let latencies = []
let failures = []

function ask() {
  const startedAt = performance.now()
  const options = { port, host: '127.0.0.1', method: 'POST', path: '/v1/models/bench/predict', agent }
  const message = request({ ...options, headers: { 'content-length': Buffer.byteLength(body) } }, (response) => {
    response.resume()
    response.on('end', () => {
      latencies.push(performance.now() - startedAt)
      if (response.statusCode !== 200) failures.push(`status ${response.statusCode}`)
      setTimeout(ask, pauseMs)
    })
  })
  message.on('error', (error) => {
    // The server may close an idle connection at the moment of sending: only that is asked again.
    if (!(message.reusedSocket && error.code === 'ECONNRESET')) failures.push(error.message)
    setTimeout(ask, pauseMs)
  })
  message.end(body)
}

parentPort.on('message', () => {
  parentPort.postMessage({ latencies, failures })
  latencies = []
  failures = []
})
ask()
