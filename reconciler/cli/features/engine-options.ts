/** Options of the commands that compute values: what the engine may take of the machine, and the time that counts as now. */
import { MainwardError } from '../../core/error.ts'
import { parseInstant } from '../../core/instant.ts'
import type { EngineOptions } from '../../features/engine/open-engine.ts'
import { repositoryOptions } from '../manifests/manifest-options.ts'
import { type CommandInput, numberOption, type OptionDefinition, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { environmentOption } from '../process-options.ts'

const gibibyte = 1024 ** 3
const mostThreads = 256

export const engineOptions: readonly OptionDefinition[] = [
  { flags: '--threads <n>', description: 'threads of the engine', default: '2' },
  { flags: '--memory <gib>', description: 'memory of the engine in GiB; what does not fit is spilled to disk', default: '1' },
  { flags: '--spill <gib>', description: 'disk for what is spilled, in GiB', default: '8' },
]

/** `--path`, `--ref`, `--as-of`, whose pushed rows count, and what the engine may take. */
export const computationOptions: readonly OptionDefinition[] = [
  ...repositoryOptions,
  { ...environmentOption, description: 'environment whose pushed rows count' },
  {
    flags: '--state <folder>',
    description: 'state folder of the reconciler that stored them (default: .mainward in the repository)',
  },
  { flags: '--as-of <time>', description: 'only what was known then, such as 2013-06-01 or 2013-06-01T06:00:00Z (default: now)' },
  ...engineOptions,
]

export type EngineLimits = Required<Pick<EngineOptions, 'threads' | 'memoryLimitBytes' | 'spillLimitBytes'>>

/** Throws `usage` for what is no such number. */
export function readEngineOptions(input: CommandInput): EngineLimits {
  const threads = numberOption(input, 'threads', { least: 1 })
  if (!Number.isInteger(threads) || threads > mostThreads) {
    throw new MainwardError('usage', `--threads: expected a whole number from 1 to ${mostThreads}, found ${threads}`)
  }
  const bytes = (name: string): number => Math.floor(numberOption(input, name, { least: 0.0625, unit: 'GiB' }) * gibibyte)
  return { threads, memoryLimitBytes: bytes('memory'), spillLimitBytes: bytes('spill') }
}

/** Microseconds since the epoch: `--as-of`, else the clock. Throws `usage` for a text that is no time, and for one in the future. */
export function readAsOf({ clock }: CliContext, input: CommandInput): bigint {
  const now = BigInt(clock.now()) * 1000n
  const text = textOption(input, 'asOf')
  if (text === null) return now
  const asOf = parseInstant(text)
  if (asOf === null) {
    throw new MainwardError('usage', `--as-of: expected a day or a time with Z or an offset, found ${text}`, {
      hint: 'for example 2013-06-01 or 2013-06-01T06:00:00Z',
    })
  }
  if (asOf > now) throw new MainwardError('usage', `--as-of: expected a time that has passed, found ${text}`)
  return asOf
}
