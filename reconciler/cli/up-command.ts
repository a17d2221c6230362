/** `mainward up` as a command line, and what it shares with `mainward demo`. What it does stands in up.ts. */
import { builtFile } from '../core/package-root.ts'
import { type CommandDefinition, type CommandInput, flagOption, type OptionDefinition, textOption } from './command.ts'
import type { CliContext } from './context.ts'
import {
  adminPortOption,
  dataClockOption,
  dataStartOption,
  environmentOption,
  hostOptions,
  portOption,
  grpcPortOption,
  processesOption,
  readDataClock,
  readDataStart,
  readGrpcPort,
  readPollSeconds,
  readPort,
  readProcesses,
  sourceOptions,
} from './process-options.ts'
import { runUp, type UpEffects } from './up.ts'
import type { UpOptions } from './up/up-options.ts'

/** Options of every command that runs a whole Mainward. */
export const commonOptions: readonly OptionDefinition[] = [
  portOption,
  grpcPortOption,
  processesOption,
  adminPortOption,
  ...hostOptions,
  environmentOption,
  { flags: '--state <folder>', description: 'state folder (default: .mainward in the repository)' },
  { flags: '--ready-file <file>', description: 'written with addresses and models once every model is ready or stalled' },
]

export const upCommand: CommandDefinition = {
  details: 'The database is embedded unless DATABASE_URL names another. Runs until Ctrl-C.',
  arguments: [{ usage: '[repository]', description: 'folder of a git repository, or an http(s) URL (default: here)' }],
  options: [...sourceOptions, ...commonOptions, dataClockOption, dataStartOption],
  examples: [
    { line: 'up', explains: 'the repository in this folder' },
    { line: 'up https://git.example.com/acme/models.git --token-file token', explains: 'a remote, read again and again' },
    {
      line: 'up . --port 0 --admin-port 0 --ready-file ready.json',
      explains: 'for tests: free ports, and a file that names them',
    },
  ],
  run: (context, input) =>
    runUp(
      {
        ...readCommonOptions(input),
        repository: input.arguments[0] ?? '.',
        branch: textOption(input, 'branch') ?? 'main',
        path: textOption(input, 'path') ?? '',
        dataClock: readDataClock(input),
        dataStart: readDataStart(input),
      },
      createUpEffects(context),
    ),
}

/** All but what is followed, and by which clock. */
export function readCommonOptions(
  input: CommandInput,
): Omit<UpOptions, 'repository' | 'branch' | 'path' | 'dataClock' | 'dataStart'> {
  return {
    environment: textOption(input, 'environment') ?? 'production',
    port: readPort(input, 'port'),
    grpcPort: readGrpcPort(input),
    adminPort: readPort(input, 'adminPort'),
    host: textOption(input, 'host') ?? '127.0.0.1',
    processes: readProcesses(input),
    stateFolder: textOption(input, 'state'),
    readyFile: textOption(input, 'readyFile'),
    allowAnonymous: flagOption(input, 'allowAnonymous'),
    pollSeconds: readPollSeconds(input),
    tokenFile: textOption(input, 'tokenFile'),
  }
}

export function createUpEffects({ configuration, terminal, clock, fetch, interruption }: CliContext): UpEffects {
  return {
    folder: configuration.folder,
    terminal,
    clock,
    fetch,
    interruption: interruption(),
    databaseUrl: configuration.databaseUrl,
    environment: configuration.childEnvironment,
    command: [process.execPath, builtFile('main.js')],
  }
}
