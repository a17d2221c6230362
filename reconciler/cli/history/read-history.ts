/** The proven history of one environment: of the reconciler near here, else of the clone. Nothing unproven is returned. */
import { resolve } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import type { HistoryLine } from '../../core/history-line.ts'
import { openRepository } from '../../git/open-repository.ts'
import { readChain } from '../../governance/history-chain.ts'
import { didYouMean } from '../../manifests/nearest-name.ts'
import type { HistoryAnswer } from '../../reconcile/api/control-store.ts'
import { addressOptions, findControl, findControlIfAny } from '../client/control-address.ts'
import { createControlClient } from '../client/control-client.ts'
import { type CommandInput, type OptionDefinition, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { type HistoryFile, readHistoryBranch } from './history-branch.ts'

export const pathOption: OptionDefinition = { flags: '--path <folder>', description: 'the clone', default: '.' }

export const historyOptions: readonly OptionDefinition[] = [
  pathOption,
  { flags: '--environment <name>', description: "default: the running reconciler's, else production" },
  ...addressOptions,
]

interface ProvenHistory {
  readonly environment: string
  readonly lines: readonly HistoryLine[]
}

/** Throws `history-broken` with the place where the chain does not hold, `not-found` when there is no history. */
export async function readHistory(context: CliContext, input: CommandInput): Promise<ProvenHistory> {
  const running = await readRunning(context, input)
  const { environment, lines } = running ?? (await readClone(context, input))
  return { environment, lines: readChain(lines, environment).lines }
}

/** Null when no reconciler was named and none near here answers. */
async function readRunning(context: CliContext, input: CommandInput): Promise<HistoryFile | null> {
  const isNamed = textOption(input, 'server') !== null || textOption(input, 'state') !== null
  const folder = folderOf(context, input)
  try {
    const address = isNamed
      ? await findControl(context.configuration, input)
      : await findControlIfAny({ ...context.configuration, folder }, input)
    if (address === null) return null
    const answer = await createControlClient(address, context.fetch).get<HistoryAnswer>('/api/v1/history')
    return wants(input, answer.environment) || isNamed ? requireWanted(input, answer) : null
  } catch (thrown) {
    if (isNamed || !(thrown instanceof MainwardError) || thrown.code !== 'unavailable') throw thrown
    context.terminal.writeError(`${thrown.message}: reading the branch mainward/history\n`)
    return null
  }
}

function wants(input: CommandInput, environment: string): boolean {
  return [null, environment].includes(textOption(input, 'environment'))
}

function requireWanted(input: CommandInput, answer: HistoryFile): HistoryFile {
  if (wants(input, answer.environment)) return answer
  const wanted = textOption(input, 'environment') ?? ''
  throw new MainwardError('usage', `expected a reconciler of ${wanted}, found one of ${answer.environment}`)
}

async function readClone(context: CliContext, input: CommandInput): Promise<HistoryFile> {
  const { files, ref } = await readHistoryBranch(openRepository(folderOf(context, input)))
  const environment = textOption(input, 'environment') ?? 'production'
  const file = files.find((candidate) => candidate.environment === environment)
  if (file !== undefined) return file
  const known = files.map((candidate) => candidate.environment)
  throw new MainwardError('not-found', `there is no history of ${environment} on ${ref}`, {
    hint: didYouMean(environment, known) ?? `it has ${known.length === 0 ? 'no history at all' : known.join(', ')}`,
  })
}

function folderOf({ configuration }: CliContext, input: CommandInput): string {
  return resolve(configuration.folder, textOption(input, 'path') ?? '.')
}
