/** `mainward serve` as a command line: the data plane with its real effects. What it does stands in serve.ts. */
import { availableParallelism, hostname } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino, type Logger } from 'pino'
import { openArtifactStore } from '../artifacts/artifact-store.ts'
import type { Clock } from '../core/clock.ts'
import { MainwardError } from '../core/error.ts'
import { readVersion } from '../core/package-root.ts'
import { ensureStateFolder, stateFolderName } from '../supervisor/state-folder.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from './command.ts'
import type { Configuration } from './context.ts'
import {
  environmentOption,
  grpcPortOption,
  hostOptions,
  portOption,
  processesOption,
  readGrpcPort,
  readPort,
  readProcesses,
} from './process-options.ts'
import { connectParent } from './parent-channel.ts'
import { isServeWorker, runServe, runServeWorker, type ServeOptions } from './serve.ts'
import { openWhenUsed } from './serve/open-when-used.ts'
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
    grpcPortOption,
    processesOption,
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
    const { databaseUrl, ...asked } = readOptions(configuration, input)
    ensureStateFolder(asked.stateFolder, null)
    const options = { ...asked, replica: ensureReplicaName(asked.stateFolder, hostname()) }
    const effects = { artifacts: openArtifactStore(), clock, log: openLog(), stop: interruption() }
    if (isServeWorker()) await serveAsWorker(options, databaseUrl, effects)
    else await serveAsPrimary(options, databaseUrl, effects)
    return 0
  },
}

interface SharedEffects {
  readonly artifacts: ReturnType<typeof openArtifactStore>
  readonly clock: Clock
  readonly log: Logger
  readonly stop: AbortSignal
}

/** Of primary and worker each loads only what it needs: a worker no database before it needs features, the primary no runtime for models. */
async function serveAsWorker(options: ServeOptions, databaseUrl: string, effects: SharedEffects): Promise<void> {
  const { onnxRuntime } = await import('../inference/onnx-runtime.ts')
  const store = openWhenUsed(async () => {
    const { openOnlineStore } = await import('./serve/online-store.ts')
    return openOnlineStore(databaseUrl, options.environment)
  })
  try {
    await runServeWorker(options, { ...effects, runtime: onnxRuntime, store })
  } finally {
    await Promise.race([store.close(), sleep(closeLimitMs, undefined, { ref: false })])
  }
}

async function serveAsPrimary(options: ServeOptions, databaseUrl: string, effects: SharedEffects): Promise<void> {
  const { openDatabasePorts } = await import('./serve/database-ports.ts')
  const { openRecordStore } = await import('./serve/record-store.ts')
  const database = openDatabasePorts(databaseUrl, options.environment)
  const { source, reporter } = database
  const records = openRecordStore(databaseUrl, () => effects.clock.now())
  try {
    await runServe(options, { ...effects, source, reporter, records, parent: connectParent(process) })
  } finally {
    await Promise.race([Promise.all([database.close(), records.close()]), sleep(closeLimitMs, undefined, { ref: false })])
  }
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
    grpcPort: readGrpcPort(input),
    processes: readProcesses(input) ?? availableParallelism(),
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
