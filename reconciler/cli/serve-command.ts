/** `mainward serve` as a command line: the data plane with its real effects. What it does stands in serve.ts. */
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino, type Logger } from 'pino'
import { openArtifactStore } from '../artifacts/artifact-store.ts'
import { MainwardError } from '../core/error.ts'
import { readVersion } from '../core/package-root.ts'
import { onnxRuntime } from '../inference/onnx-runtime.ts'
import { ensureStateFolder, stateFolderName } from '../supervisor/state-folder.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from './command.ts'
import type { Configuration } from './context.ts'
import { environmentOption, hostOptions, portOption, readPort } from './process-options.ts'
import { connectParent } from './parent-channel.ts'
import { runServe, type ServeOptions } from './serve.ts'
import { openDatabasePorts } from './serve/database-ports.ts'
import { ensureReplicaName } from './serve/replica-name.ts'

/** How long a database that does not answer may delay the end of the program. */
const closeLimitMs = 1_000

export const serveCommand: CommandDefinition = {
  details:
    'The data plane alone: mainward up runs it together with database and control plane. DATABASE_URL names the database\n' +
    'that says what to serve; it may be down: what was served last is kept in the state folder, model files included, and\n' +
    'served from there. Several may run, each with a state folder of its own. Logs are JSON on standard error.',
  arguments: [],
  options: [
    portOption,
    ...hostOptions,
    environmentOption,
    { flags: '--state <folder>', description: 'state folder (default: .mainward in this folder)' },
  ],
  examples: [
    { line: 'serve', explains: 'on port 8080 of this machine' },
    {
      line: 'serve --host 0.0.0.0 --allow-anonymous --environment staging --state /var/lib/mainward',
      explains: 'one of several replicas, in a container',
    },
  ],
  async run({ configuration, clock, interruption }, input) {
    const { databaseUrl, ...options } = readOptions(configuration, input)
    ensureStateFolder(options.stateFolder, null)
    const database = openDatabasePorts(databaseUrl, options.environment)
    try {
      const replica = ensureReplicaName(options.stateFolder, hostname())
      await runServe(
        { ...options, replica },
        {
          source: database.source,
          reporter: database.reporter,
          artifacts: openArtifactStore(),
          runtime: onnxRuntime,
          clock,
          log: openLog(),
          stop: interruption(),
          parent: connectParent(process),
        },
      )
    } finally {
      await Promise.race([database.close(), sleep(closeLimitMs, undefined, { ref: false })])
    }
    return 0
  },
}

function readOptions(
  { folder, databaseUrl }: Configuration,
  input: CommandInput,
): Omit<ServeOptions, 'replica'> & { readonly databaseUrl: string } {
  if (databaseUrl === null) {
    throw new MainwardError('usage', 'no database: DATABASE_URL is not set', {
      hint: 'set it, or run mainward up, which brings a database along',
    })
  }
  return {
    databaseUrl,
    environment: textOption(input, 'environment') ?? 'production',
    stateFolder: resolve(folder, textOption(input, 'state') ?? stateFolderName),
    host: textOption(input, 'host') ?? '127.0.0.1',
    port: readPort(input, 'port'),
    version: readVersion(),
    allowAnonymous: flagOption(input, 'allowAnonymous'),
  }
}

/** Lines that can not be written (a full disk, a reader that left) are lost: predictions go on. */
function openLog(): Logger {
  const destination = pino.destination({ fd: 2, sync: true })
  destination.on('error', () => undefined)
  return pino({ base: { part: 'serve' } }, destination)
}
