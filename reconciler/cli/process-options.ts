/** Options that several long-running commands share, and how they are read. */
import { toInstant } from '../core/clock.ts'
import { MainwardError } from '../core/error.ts'
import { parseInstant } from '../core/instant.ts'
import { type CommandInput, numberOption, type OptionDefinition, optionFlag, textOption } from './command.ts'

export const environmentOption: OptionDefinition = {
  flags: '--environment <name>',
  description: 'environment whose rollouts are meant',
  default: 'production',
}

export const hostOptions: readonly OptionDefinition[] = [
  { flags: '--host <address>', description: 'address to listen on', default: '127.0.0.1' },
  { flags: '--allow-anonymous', description: 'permit an address that other machines reach: nothing asks callers who they are' },
]

export const portOption: OptionDefinition = {
  flags: '--port <port>',
  description: 'port of the data plane; 0 picks a free one',
  default: '8080',
}

export const grpcPortOption: OptionDefinition = {
  flags: '--grpc-port <port>',
  description: 'gRPC port of the data plane; 0 picks a free one (default: 8081, or 0 when --port is 0)',
}

export const processesOption: OptionDefinition = {
  flags: '--processes <number>',
  description: 'processes that answer predictions (default: one for each core)',
}

export const adminPortOption: OptionDefinition = {
  flags: '--admin-port <port>',
  description: 'port of the control plane; 0 picks a free one',
  default: '8090',
}

export const dataClockOption: OptionDefinition = {
  flags: '--data-clock <clock>',
  description: 'wall: the time of day; manual: moved by replay and POST /api/v1/clock',
  default: 'wall',
  choices: ['wall', 'manual'],
}

export const dataStartOption: OptionDefinition = {
  flags: '--data-start <time>',
  description: 'ISO 8601: where a manual clock begins that was never moved (default: it waits to be moved)',
}

export const sourceOptions: readonly OptionDefinition[] = [
  { flags: '--branch <name>', description: 'branch that is followed', default: 'main' },
  { flags: '--path <folder>', description: 'folder of the repository with the manifests', default: '' },
  { flags: '--poll <seconds>', description: 'seconds between two looks at the branch' },
  { flags: '--token-file <file>', description: 'file with the token of an http(s) repository (or MAINWARD_GIT_TOKEN)' },
]

export function readPort(input: CommandInput, name: string): number {
  const port = numberOption(input, name, { least: 0 })
  if (Number.isInteger(port) && port <= 65_535) return port
  throw new MainwardError('usage', `${optionFlag(name)}: expected a port from 0 to 65535, found ${port}`)
}

/** Where the port of HTTP is picked, this one is picked too: then nothing is said about ports. */
export function readGrpcPort(input: CommandInput): number {
  if (textOption(input, 'grpcPort') !== null) return readPort(input, 'grpcPort')
  return readPort(input, 'port') === 0 ? 0 : 8081
}

/** Null when it was not given. */
export function readProcesses(input: CommandInput): number | null {
  if (textOption(input, 'processes') === null) return null
  const processes = numberOption(input, 'processes', { least: 1 })
  if (Number.isInteger(processes) && processes <= mostProcesses) return processes
  throw new MainwardError('usage', `--processes: expected a whole number from 1 to ${mostProcesses}, found ${processes}`)
}

/** More than this is a slip of the finger. */
const mostProcesses = 1024

/** Seconds of `--poll`; null when it was not given. */
export function readPollSeconds(input: CommandInput): number | null {
  return textOption(input, 'poll') === null ? null : numberOption(input, 'poll', { least: 0.1 })
}

export function readDataClock(input: CommandInput): 'wall' | 'manual' {
  return textOption(input, 'dataClock') === 'manual' ? 'manual' : 'wall'
}

/** Null when it was not given. Throws `usage` for what is no instant, and for a clock that nobody sets. */
export function readDataStart(input: CommandInput): string | null {
  const text = textOption(input, 'dataStart')
  if (text === null) return null
  if (readDataClock(input) === 'wall') {
    throw new MainwardError('usage', '--data-start: the data clock is the time of day', { hint: 'add --data-clock manual' })
  }
  const time = parseInstant(text)
  if (time !== null) return toInstant(Number(time / 1000n))
  throw new MainwardError('usage', `--data-start: expected a time with a zone, as 2013-06-01T07:00:00Z, found ${text}`)
}
