// Takes outcomes over HTTP into a spool, until it is killed. Runs from dist/. Arguments: dist folder, state folder.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [dist, stateFolder] = process.argv.slice(2)
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const { startRecording } = await load('serving/recording/start-recording.js')
const { buildOutcomesRoute } = await load('serving/http/outcomes-route.js')
const { defaultLimits } = await load('serving/limits.js')
const { buildRequestSchemas, compileRequestValidators } = await load('serving/protocol/request-schemas.js')

const wallNow = () => Date.now()
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const recording = startRecording({ environment: 'production', stateFolder, worker: 'w1', log, wallNow })
const route = buildOutcomesRoute({
  sink: recording.outcomes,
  environment: 'production',
  limits: defaultLimits,
  validate: compileRequestValidators(buildRequestSchemas(defaultLimits)).outcomes,
  wallNow,
  dataTime: () => null,
})
const server = createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    const { status, body } = await route.answer({ params: {}, headers: {}, body: Buffer.concat(chunks), requestId: 'r' })
    response.writeHead(status).end(body)
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}/v1/outcomes\n`))
