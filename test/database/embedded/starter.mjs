// Starts the embedded database of a state folder on the built program and then does nothing, until it is killed.
// Arguments: the state folder, and the options as JSON.
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')
const { startEmbeddedPostgres } = await import(pathToFileURL(join(root, 'dist/database/embedded/start-embedded.js')).href)
const [stateFolder, options = '{}'] = process.argv.slice(2)
try {
  const server = await startEmbeddedPostgres({ stateFolder, log: () => undefined, ...JSON.parse(options) })
  process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid, adopted: server.adopted })}\n`)
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: error.message, code: error.code ?? null, hint: error.hint ?? null })}\n`)
}
