// Takes the lock of a folder on the built program, says `held` or who holds it, and keeps it until it is killed.
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')
const { takeStateLock } = await import(pathToFileURL(join(root, 'dist/supervisor/state-lock.js')).href)
try {
  takeStateLock(process.argv[2], Date.now())
  process.stdout.write('held\n')
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stdout.write(`${error.code} ${error.message}\n`)
}
