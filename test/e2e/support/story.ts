/** A series of commits and one command that ends in the same place however often a process is killed on the way. */
import { runGit } from '../../support/git-repositories.ts'
import { breakFlights, loanRollout, mendGoldenRow, serveFlights, spoilGoldenRow } from './example.ts'
import type { Installation } from './installation.ts'
import { isAtRest } from './installation.ts'
import { eventually } from '../../support/eventually.ts'
import { readPlainExample } from '../../support/plain-example.ts'

export interface Chapter {
  readonly title: string
  /** Makes a commit or gives a command; called once. */
  begin(installation: Installation): Promise<void> | void
  /** Throws while the chapter is not over. */
  isOver(installation: Installation): Promise<void>
}

/** Whatever is killed, a chapter ends within this time. */
const patienceMs = 150_000

/** `disturb` runs in the middle of each chapter, never while somebody waits for an answer to a command. */
export async function tellStory(
  installation: Installation,
  chapters: readonly Chapter[],
  disturb: (chapter: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const [index, chapter] of chapters.entries()) {
    await chapter.begin(installation)
    await disturb(index)
    await eventually(async () => {
      await chapter.isOver(installation).catch((error: unknown) => {
        throw new Error(`"${chapter.title}" is not over:\n${installation.output.slice(-4_000)}`, { cause: error })
      })
    }, patienceMs)
  }
}

/** From version 1 over a canary, a broken commit and a version that is wrong back to version 1; loans go and come back. */
export function buildStory(rounds: number): readonly Chapter[] {
  return Array.from({ length: rounds }, (_, round) => buildRound(round + 1)).flat()
}

function buildRound(round: number): readonly Chapter[] {
  const title = (text: string): string => `${text}, round ${round}`
  return [
    commits(title('Serve version 2'), () => serveFlights(2)),
    commits(title('Break the steps'), breakFlights, 'invalid'),
    commits(title('Serve a wrong version 3'), () => ({ ...serveFlights(3), ...spoilNumber(round) })),
    {
      title: title('Retry'),
      begin: (installation) => retry(installation, round),
      isOver: async (installation) => {
        const { body } = await installation.ask('GET', '/api/v1/history')
        const lines = (body as { lines: readonly string[] }).lines.map(
          (text) => JSON.parse(text) as { event: string; message: string },
        )
        const retried = lines.findIndex(({ message }) => message === `retry: ${reasonOf(round)}`)
        if (retried < 0 || !lines.slice(retried).some(({ event }) => event === 'RolledBack')) throw new Error('not retried yet')
        if (!isAtRest(await installation.status())) throw new Error('still moving')
      },
    },
    commits(title('Serve the right version 3'), () => ({ ...serveFlights(3), ...mendGoldenRow() })),
    commits(title('Remove the loans'), () => ({}), 'valid', [loanRollout]),
    commits(title('Go back to version 1'), () => ({ ...serveFlights(1), [loanRollout]: readPlainExample(loanRollout) })),
  ]
}

/** Another wrong number each time: a release that was rejected stays rejected. */
function spoilNumber(round: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(spoilGoldenRow()).map(([path, text]) => [path, text.replace('0.123456', `0.1${round}3456`)]),
  )
}

function commits(
  title: string,
  files: () => Record<string, string>,
  fate: 'valid' | 'invalid' = 'valid',
  removed: readonly string[] = [],
): Chapter {
  return {
    title,
    begin: (installation) => {
      if (removed.length > 0) runGit(installation.repository, 'rm', '--quiet', ...removed)
      installation.commit(files(), title)
    },
    isOver: async (installation) => {
      const status = await installation.status()
      const head = runGit(installation.repository, 'rev-parse', 'main')
      if (status.head?.commit !== head) throw new Error(`${head} was not read yet`)
      if (fate === 'valid' && status.appliedCommit !== head) throw new Error(`${head} is not applied`)
      if (fate === 'valid' && !isAtRest(status)) throw new Error(`not at rest: ${JSON.stringify(status, null, 1)}`)
    },
  }
}

function reasonOf(round: number): string {
  return `look again, round ${round}`
}

/** Asked again only when it is certain that the command was not taken down: it must be carried out once. */
async function retry(installation: Installation, round: number): Promise<void> {
  const body = { rollout: 'flight-delay', verb: 'retry', reason: reasonOf(round) }
  await eventually(async () => {
    const { status } = await installation.ask('POST', '/api/v1/commands', body)
    if (status >= 300) throw new Error(`status ${status}: not taken down`)
  }, patienceMs)
}
