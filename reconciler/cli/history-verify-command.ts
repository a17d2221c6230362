/** `mainward history verify`: proves the history from a clone alone. */
import { resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { openRepository } from '../git/open-repository.ts'
import { type ChainVerdict, verifyChain } from '../governance/history-chain.ts'
import { didYouMean } from '../manifests/nearest-name.ts'
import { type CommandDefinition, flagOption, textOption } from './command.ts'
import { type HistoryBranch, type HistoryFile, readHistoryBranch } from './history/history-branch.ts'
import { pathOption } from './history/read-history.ts'

interface Proof {
  readonly environment: string
  readonly verdict: ChainVerdict
}

export const historyVerifyCommand: CommandDefinition = {
  details:
    'Reads the branch mainward/history (else origin/mainward/history) of the clone, and nothing else. Each line holds the\n' +
    'hash of the one before: a changed, removed, added or moved line breaks the chain there. Lines cut off at the end leave\n' +
    'a shorter chain with another tip: compare the tip with one that you know. Exit code 1 when a chain is broken.',
  arguments: [],
  options: [
    pathOption,
    { flags: '--environment <name>', description: 'only this one (default: every environment)' },
    { flags: '--json', description: 'for programs' },
  ],
  examples: [
    { line: 'history verify', explains: 'of the clone here' },
    { line: 'history verify --environment production --json', explains: 'one environment, for programs' },
  ],
  async run({ configuration, terminal }, input) {
    const branch = await readHistoryBranch(openRepository(resolve(configuration.folder, textOption(input, 'path') ?? '.')))
    const proofs = chooseFiles(branch, textOption(input, 'environment')).map(prove)
    terminal.write(flagOption(input, 'json') ? renderJson(branch, proofs) : renderText(branch, proofs))
    return proofs.every(({ verdict }) => verdict.valid) ? 0 : 1
  },
}

function chooseFiles({ files, ref }: HistoryBranch, environment: string | null): readonly HistoryFile[] {
  const chosen = environment === null ? files : files.filter((file) => file.environment === environment)
  if (chosen.length > 0) return chosen
  const known = files.map((file) => file.environment)
  const named =
    environment === null || known.length === 0 ? '' : `${didYouMean(environment, known) ?? `it has ${known.join(', ')}`}; `
  throw new MainwardError('not-found', `there is no history${environment === null ? '' : ` of ${environment}`} on ${ref}`, {
    hint: `${named}nothing removes a file from this branch: where there was one, compare it with another clone`,
  })
}

/** A history file is made with its first line: an empty one has lost all of them. */
function prove({ environment, lines }: HistoryFile): Proof {
  if (lines.length > 0) return { environment, verdict: verifyChain(lines, environment) }
  return { environment, verdict: { valid: false, broken: { line: 1, message: 'expected at least one line, found none' } } }
}

function renderText({ ref, commit }: HistoryBranch, proofs: readonly Proof[]): string {
  const lines = proofs.map(({ environment, verdict }) =>
    verdict.valid
      ? `${environment}: ${countLines(verdict.lines.length)}, proven; tip ${verdict.tip.hash ?? ''}\n`
      : `${environment}: broken at line ${verdict.broken.line}: ${verdict.broken.message}\n`,
  )
  return `${ref} (commit ${commit.slice(0, 12)})\n${lines.join('')}`
}

function countLines(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`
}

function renderJson({ ref, commit }: HistoryBranch, proofs: readonly Proof[]): string {
  const environments = proofs.map(({ environment, verdict }) =>
    verdict.valid
      ? { environment, valid: true, lines: verdict.lines.length, tip: verdict.tip.hash }
      : { environment, valid: false, broken: verdict.broken },
  )
  return `${JSON.stringify({ ref, commit, valid: proofs.every(({ verdict }) => verdict.valid), environments }, null, 2)}\n`
}
