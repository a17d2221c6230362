/** `mainward reconcile` as a command line. What it does stands in reconcile.ts. */
import { accessSync, constants } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { openArtifactStore } from '../artifacts/artifact-store.ts'
import { MainwardError, messageOf } from '../core/error.ts'
import { readVersion } from '../core/package-root.ts'
import type { ReconcilerOptions } from '../reconcile/reconciler.ts'
import { clonesFolderOf } from '../reconcile/source/source-messages.ts'
import { ensureAdminToken, ensureStateFolder } from '../supervisor/state-folder.ts'
import { type CommandDefinition, type CommandInput, textOption } from './command.ts'
import type { Configuration } from './context.ts'
import { adminPortOption, dataClockOption, dataStartOption, environmentOption, readDataClock, readDataStart, readPollSeconds, readPort, sourceOptions } from './process-options.ts' // prettier-ignore
import { cacheFolderOf, runReconcile } from './reconcile.ts'
import type { MaterialiseSettings } from './materialise/materialise-messages.ts'
import { MaterialiseProcess } from './materialise/materialise-process.ts'
import { createMaterialiser } from './materialise/materialiser.ts'
import { connectParent } from './parent-channel.ts'
import { resolveStatePaths, type StatePaths } from './state-paths.ts'

/** Pause between two looks at the branch, in milliseconds: a local reference costs nothing, a remote is somebody else's. */
const pollMs = { local: 1_000, remote: 30_000 }

export const reconcileCommand: CommandDefinition = {
  details:
    'The control plane alone: mainward up runs it together with database and data plane. DATABASE_URL names the database.\n' +
    'Several of one environment may run: one leads, the others stand by. Logs are JSON on standard error.',
  arguments: [{ usage: '[repository]', description: 'folder of a git repository, or an http(s) URL (default: here)' }],
  options: [
    ...sourceOptions,
    environmentOption,
    adminPortOption,
    { flags: '--host <address>', description: 'address to listen on; every call needs the admin token', default: '127.0.0.1' },
    { flags: '--state <folder>', description: 'state folder (default: .mainward in the repository)' },
    dataClockOption,
    dataStartOption,
  ],
  examples: [
    { line: 'reconcile', explains: 'the repository here' },
    {
      line: 'reconcile https://git.example.org/team/models.git --state /var/lib/mainward --host 0.0.0.0',
      explains: 'a remote repository, in a container; the token comes from MAINWARD_GIT_TOKEN',
    },
  ],
  async run(context, input) {
    const log = pino({ base: { part: 'reconcile' } }, pino.destination({ fd: 2, sync: true }))
    const options = readOptions(context.configuration, input)
    const clocks = { wall: context.clock, monotonic: { now: () => performance.now() } }
    const { environment } = options.settings
    await runReconcile(options, {
      artifacts: openArtifactStore(),
      openMaterialiser: (pool, onNews) => {
        const jobs = new MaterialiseProcess(materialiseSettings(options, context.configuration), { log })
        return createMaterialiser({ pool, environment, jobs, monotonic: clocks.monotonic, log, onNews })
      },
      clocks,
      log,
      stop: context.interruption(),
      parent: connectParent(process),
    })
    return 0
  },
}

function materialiseSettings(
  { databaseUrl, source, settings }: ReconcilerOptions,
  { childEnvironment }: Configuration,
): MaterialiseSettings {
  return {
    databaseUrl,
    environment: settings.environment,
    repository: source.repository,
    path: source.path,
    clonesFolder: clonesFolderOf(source.cacheFolder),
    workFolder: join(settings.stateFolder, 'materialise'),
    secretFolder: settings.baseFolder,
    secrets: childEnvironment,
  }
}

function readOptions(configuration: Configuration, input: CommandInput): ReconcilerOptions {
  if (configuration.databaseUrl === null) {
    throw new MainwardError('usage', 'no database: DATABASE_URL is not set', {
      hint: 'set it, or run mainward up, which brings a database along',
    })
  }
  const paths = resolveStatePaths(configuration.folder, input.arguments[0] ?? '.', textOption(input, 'state'))
  ensureStateFolder(paths.stateFolder, paths.local)
  return {
    ...describePlace(configuration, input, paths),
    databaseUrl: configuration.databaseUrl,
    token: configuration.adminToken ?? ensureAdminToken(paths.stateFolder).token,
    host: textOption(input, 'host') ?? '127.0.0.1',
    port: readPort(input, 'adminPort'),
    holder: `${hostname()}/${process.pid}`,
    version: readVersion(),
  }
}

function describePlace(
  configuration: Configuration,
  input: CommandInput,
  { repository, local, stateFolder }: StatePaths,
): Pick<ReconcilerOptions, 'source' | 'settings'> {
  const seconds = readPollSeconds(input)
  return {
    source: {
      repository,
      branch: textOption(input, 'branch') ?? 'main',
      path: trimSlashes(textOption(input, 'path') ?? ''),
      token: configuration.gitToken,
      tokenFile: requireTokenFile(configuration, input),
      cacheFolder: cacheFolderOf(stateFolder),
    },
    settings: {
      environment: textOption(input, 'environment') ?? 'production',
      baseFolder: local?.root ?? stateFolder,
      stateFolder,
      dataClock: readDataClock(input),
      dataStart: readDataStart(input),
      pollMs: seconds === null ? (local === null ? pollMs.remote : pollMs.local) : seconds * 1_000,
      jitter: () => Math.random(),
    },
  }
}

/** The file is read again for every request: that it is there at the start is all that can be checked. */
function requireTokenFile(configuration: Configuration, input: CommandInput): string | null {
  const file = textOption(input, 'tokenFile')
  if (file === null) return null
  const path = resolve(configuration.folder, file)
  try {
    accessSync(path, constants.R_OK)
    return path
  } catch (cause) {
    throw new MainwardError('usage', `--token-file: ${messageOf(cause)}`, { cause })
  }
}

function trimSlashes(path: string): string {
  return path.replace(/^(\.?\/)+|\/+$/g, '').replace(/^\.$/, '')
}
