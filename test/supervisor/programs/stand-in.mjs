// Stands in for `mainward reconcile` and `mainward serve`: listens, announces itself, drains when asked to stop, ends with
// its supervisor, and dies when told to. What it says of its models is the file stand-in-status.json of the state folder.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const [part, ...rest] = process.argv.slice(2)
const option = (name) => rest[rest.indexOf(name) + 1]
const state = option('--state')
const note = (text) => appendFileSync(join(state, 'stand-in.log'), `${part} ${text}\n`)
const setting = (name) => (existsSync(join(state, name)) ? readFileSync(join(state, name), 'utf8').trim() : null)

if (setting(`${part}-fails`) !== null) {
  process.stderr.write(`${JSON.stringify({ level: 50, msg: setting(`${part}-fails`) })}\n`)
  process.exit(3)
}

if (setting(`${part}-refuses`) !== null) {
  process.stderr.write(`error: ${setting(`${part}-refuses`)}\nhint: none\n`)
  process.exit(2)
}

if (setting(`${part}-says`) !== null) process.stderr.write(`${JSON.stringify({ level: 30, msg: setting(`${part}-says`) })}\n`)

const server = createServer((request, response) => {
  if (request.url === '/die') process.kill(process.pid, 'SIGKILL')
  if (request.url === '/environment') return response.end(JSON.stringify({ url: process.env.DATABASE_URL, argv: rest }))
  if (request.headers.authorization !== `Bearer ${process.env.MAINWARD_TOKEN}`) response.statusCode = 401
  response.setHeader('content-type', 'application/json')
  const status = setting('stand-in-status.json')
  if (status === null) response.statusCode = 503
  response.end(status ?? '{"error":"nothing yet"}')
})
server.listen(Number(option(part === 'serve' ? '--port' : '--admin-port')), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  note(`listens ${process.pid}`)
  process.send?.({ type: 'listening', url, grpc: part === 'serve' ? '127.0.0.1:4711' : null })
})

process.on('SIGTERM', () => {
  setTimeout(
    () => {
      note('stopped')
      process.exit(0)
    },
    Number(setting('drain-ms') ?? 0),
  )
})
process.once('disconnect', () => {
  note('orphaned')
  process.exit(0)
})
