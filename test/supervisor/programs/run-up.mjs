// `mainward up` on the built program, with the stand-in in place of the other commands. Argument: the options as JSON.
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')
const load = (path) => import(pathToFileURL(join(root, 'dist', path)).href)
const { runUp } = await load('cli/up.js')
const { createInterruption } = await load('cli/process-input.js')
const { reportFailure } = await load('cli/report-failure.js')

const terminal = {
  interactive: false,
  width: 100,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  style: (_style, text) => text,
}
const effects = {
  folder: process.cwd(),
  terminal,
  clock: { now: () => Date.now() },
  fetch,
  interruption: createInterruption()(),
  databaseUrl: process.env.DATABASE_URL ?? null,
  environment: process.env,
  command: [process.execPath, join(root, 'test/supervisor/programs/stand-in.mjs')],
}
const exitCode = await runUp(JSON.parse(process.argv[2]), effects).catch((error) => reportFailure(terminal, error, true))
process.exit(exitCode)
