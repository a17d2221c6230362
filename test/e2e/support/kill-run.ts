/** Tells the story while processes are killed at random moments, and collects how it ended. */
import type { FlightEdits } from './example.ts'
import { Installation, type Victim } from './installation.ts'
import { type Outage, PatientClient } from './clients.ts'
import { type Outcome, readOutcome } from './outcome.ts'
import { eventually } from '../../support/eventually.ts'
import { pause } from './processes.ts'
import { createRandom } from './random.ts'
import { buildStory, tellStory } from './story.ts'

export interface KillPlan {
  readonly kills: number
  /** Each has seven chapters. */
  readonly rounds: number
  readonly seed: number
  readonly edits?: FlightEdits
}

export interface Kill {
  readonly victim: Victim
  readonly atMs: number
}

export interface KillRun {
  readonly outcome: Outcome
  readonly kills: readonly Kill[]
  readonly answered: number
  readonly wrong: readonly string[]
  readonly outages: readonly Outage[]
}

const victims: readonly Victim[] = ['reconcile', 'serve', 'postgres', 'source', 'up']
/** A chapter with a canary takes about three seconds when nothing is killed. */
const longestPauseMs = 1_200

/** Every victim in turn, in an order and at moments that the seed decides. */
export async function runKills({ kills, rounds, seed }: KillPlan): Promise<KillRun> {
  const installation = new Installation()
  const random = createRandom(seed)
  const done: Kill[] = []
  try {
    await installation.start()
    const client = new PatientClient(installation)
    const chapters = buildStory(rounds)
    await tellStory(installation, chapters, async (chapter) => {
      const due = Math.round(((chapter + 1) * kills) / chapters.length)
      while (done.length < due) {
        await pause(random() * longestPauseMs)
        done.push(await killOne(installation, victims[Math.floor(random() * victims.length)] ?? 'up'))
      }
    })
    await client.stop()
    const outcome = await readOutcome(installation)
    return { outcome, kills: done, answered: client.answered, wrong: client.wrong, outages: client.outages }
  } finally {
    await installation.end()
  }
}

/** Waits for the victim when it is just starting again. A killed `up` is started again at once. */
async function killOne(installation: Installation, victim: Victim): Promise<Kill> {
  const atMs = await eventually(() => {
    if (!installation.signal(victim, 'SIGKILL')) throw new Error(`${victim} does not run:\n${installation.output.slice(-2_000)}`)
    return Date.now()
  })
  if (victim === 'up') {
    await installation.stop('SIGKILL')
    installation.launch()
  }
  return { victim, atMs }
}
