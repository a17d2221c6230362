// The HTTP that both floors share: as little as node:http needs. Tells its parent the port.
import { createServer } from 'node:http'

export function readBody(request) {
  return new Promise((resolve, reject) => {
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => resolve(Buffer.concat(parts)))
    request.on('error', reject)
  })
}

export function writeJson(response, value) {
  const body = JSON.stringify(value)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** Listens on a free port of this machine. A defect in `answer` ends the process: a floor that fails measures nothing. */
export function listen(answer) {
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1', () => process.send({ type: 'listening', url: `http://127.0.0.1:${server.address().port}` }))
  process.on('disconnect', () => process.exit(0))
}
