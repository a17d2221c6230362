/**
 * A series of commits and commands on a real repository and a real database, driven pass by pass with a clock of its own.
 * Heartbeats of serving processes are written by the driver: what replicas do is not tested here.
 */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openArtifactStore } from '../../../reconciler/artifacts/artifact-store.ts'
import { toInstant } from '../../../reconciler/core/clock.ts'
import { compareText } from '../../../reconciler/core/finding.ts'
import { changesSomething } from '../../../reconciler/core/plan.ts'
import type { ReleaseReadiness, ReplicaStatus } from '../../../reconciler/core/serving-state.ts'
import { addCommand } from '../../../reconciler/database/command-queries.ts'
import { readHistory } from '../../../reconciler/database/history-queries.ts'
import { readConditions, readEnvironment } from '../../../reconciler/database/journal-queries.ts'
import { beginEpoch } from '../../../reconciler/database/leader-queries.ts'
import type { Pool } from '../../../reconciler/database/pool.ts'
import { readPendingTags, readRollouts } from '../../../reconciler/database/rollout-queries.ts'
import { readServingState, writeReplica } from '../../../reconciler/database/serving-queries.ts'
import { verifyChain } from '../../../reconciler/governance/history-chain.ts'
import { newMemory } from '../../../reconciler/reconcile/memory.ts'
import { runPass } from '../../../reconciler/reconcile/pass.ts'
import type { ReconcilePorts } from '../../../reconciler/reconcile/ports.ts'
import { createSourceClient, type SourceClient } from '../../../reconciler/reconcile/source/source-client.ts'
import type { Pass, ReconcileSettings } from '../../../reconciler/reconcile/stages.ts'
import { createReconcilePorts } from '../../../reconciler/reconcile/stores/reconcile-ports.ts'
import { commitFiles, createRepository, removeFolder, runGit, temporaryFolder } from '../../support/git-repositories.ts'
import { copyPlainExample } from '../../support/plain-example.ts'

const environment = 'production'
/** A tag's object names its time; the day is fixed so that runs compare. */
const startMs = Date.parse('2026-11-24T10:00:00.000Z')

/** One thing that happens from outside. */
export type Step =
  | { readonly commit: string }
  | { readonly command: { readonly verb: string; readonly rollout: string } }
  /** Wall-clock time that goes by before the next one, in seconds. */
  | { readonly passSeconds: number }

export interface SampleRepository {
  readonly folder: string
  readonly steps: readonly Step[]
}

/** The example's models on a path from v1 over a canary, an abort, a broken commit and a bad version back to v1. */
export function createSampleRepository(): SampleRepository {
  const folder = createRepository()
  copyPlainExample(folder)
  const rollout = readFileSync(join(folder, 'rollouts/flight-delay.yaml'), 'utf8')
  const third = readFileSync(join(folder, 'models/flight-delay/versions/3.yaml'), 'utf8')
  const at = (version: number): Record<string, string> => ({
    'rollouts/flight-delay.yaml': rollout.replace('version: 1', `version: ${version}`),
  })
  const loans = readFileSync(join(folder, 'rollouts/loan-approval.yaml'), 'utf8')
  const first = commitFiles(folder, {}, 'Start with version 1')
  const second = commitFiles(folder, at(2), 'Roll out version 2')
  const broken = commitFiles(
    folder,
    { 'rollouts/flight-delay.yaml': rollout.replace('weight: 25', 'weight: 2') },
    'Break the steps',
  )
  const wrong = third.replace(/(probabilities:\n\s+- )[0-9.e-]+/, '$10.123456')
  if (wrong === third) throw new Error('the third version has golden rows')
  const bad = commitFiles(
    folder,
    { ...at(3), 'models/flight-delay/versions/3.yaml': wrong },
    'Roll out version 3, with a wrong golden row',
  )
  runGit(folder, 'rm', '--quiet', 'rollouts/loan-approval.yaml')
  const fewer = commitFiles(folder, {}, 'Remove the loans')
  const back = commitFiles(folder, { ...at(1), 'rollouts/loan-approval.yaml': loans }, 'Go back to version 1, with the loans')
  return {
    folder,
    steps: [
      { commit: first },
      { commit: second },
      { passSeconds: 5 },
      { command: { verb: 'abort', rollout: 'flight-delay' } },
      { command: { verb: 'retry', rollout: 'flight-delay' } },
      { passSeconds: 25 },
      { commit: broken },
      { passSeconds: 25 },
      { commit: bad },
      { commit: fewer },
      { commit: back },
    ],
  }
}

/** What is compared: everything that lasts, without times. */
export interface Outcome {
  readonly history: readonly string[]
  readonly rollouts: string
  readonly routes: string
  readonly conditions: string
  readonly tags: readonly string[]
  readonly branchHoldsHistory: boolean
}

export interface ScenarioRun {
  readonly pool: Pool
  readonly sample: SampleRepository
  /** Wraps the ports, to make them fail. */
  readonly wrap?: (ports: ReconcilePorts) => ReconcilePorts
  /** True when the process is to be taken for dead after this failure of a pass: a new one takes over. */
  readonly isFatal?: (thrown: unknown) => boolean
}

const quietPasses = 2
const maximumPasses = 120

/** Runs all steps on a copy of the repository, each until nothing moves any more. */
export async function runScenario({
  pool,
  sample,
  wrap = (ports) => ports,
  isFatal = () => false,
}: ScenarioRun): Promise<Outcome> {
  const work = temporaryFolder()
  const folder = join(work, 'repository')
  cpSync(sample.folder, folder, { recursive: true })
  const clock = { wallMs: startMs }
  const source = createSourceClient({
    repository: folder,
    branch: 'main',
    path: '',
    token: null,
    cacheFolder: join(work, 'cache'),
  })
  const settings: ReconcileSettings = {
    environment,
    baseFolder: folder,
    stateFolder: join(work, 'state'),
    dataClock: 'wall',
    dataStart: null,
    pollMs: 1,
    jitter: () => 0,
  }
  const ports = wrap(buildPorts(pool, source, clock))
  const driver = new Driver({ pool, ports, settings, clock, isFatal })
  try {
    for (const step of sample.steps) {
      if ('commit' in step) runGit(folder, 'reset', '--quiet', '--hard', step.commit)
      else if ('command' in step) await addCommandRow(pool, step.command, clock.wallMs)
      else clock.wallMs += step.passSeconds * 1_000
      await driver.runUntilQuiet()
    }
    return await readOutcome(pool, folder)
  } finally {
    await source.stop()
    removeFolder(work)
  }
}

function buildPorts(pool: Pool, source: SourceClient, clock: { readonly wallMs: number }): ReconcilePorts {
  const clocks = { wall: { now: () => clock.wallMs }, monotonic: { now: () => performance.now() } }
  const none = () => Promise.resolve([])
  const materialiser = { order: () => Promise.resolve(), readProgress: none, readPushLogs: none }
  return createReconcilePorts({
    pool,
    environment,
    source,
    artifacts: openArtifactStore(),
    materialiser,
    clocks,
    dataStart: null,
  })
}

async function addCommandRow(pool: Pool, { verb, rollout }: { verb: string; rollout: string }, wallMs: number): Promise<void> {
  await addCommand(pool, environment, { verb, rollout, reason: 'a test', requestedBy: 'ada', requestedAt: toInstant(wallMs) })
}

interface DriverParts {
  readonly pool: Pool
  readonly ports: ReconcilePorts
  readonly settings: ReconcileSettings
  readonly clock: { wallMs: number }
  readonly isFatal: (thrown: unknown) => boolean
}

/** Runs passes as the loop does, and reports what a serving process would. */
class Driver {
  readonly #parts: DriverParts
  #memory: Pass['memory'] | null = null

  constructor(parts: DriverParts) {
    this.#parts = parts
  }

  async runUntilQuiet(): Promise<void> {
    const { clock } = this.#parts
    for (let quiet = 0, passes = 0; quiet < quietPasses; passes++) {
      if (passes > maximumPasses) throw new Error(`not quiet after ${passes} passes`)
      clock.wallMs += 100
      quiet = (await this.#pass()) ? quiet + 1 : 0
      await this.#reportReplica()
    }
  }

  /** True when the pass changed nothing and nothing failed. */
  async #pass(): Promise<boolean> {
    const { pool, ports, settings, clock, isFatal } = this.#parts
    this.#memory ??= newMemory(await beginEpoch(pool, environment, 'test', 1))
    const memory = this.#memory
    const heldBefore = JSON.stringify(await readServingState(pool, environment))
    try {
      const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
      await runPass({ ports, memory, settings, log, wallMs: clock.wallMs, fetchNow: true })
    } catch (thrown) {
      if (!isFatal(thrown)) throw thrown
      this.#memory = null
      return false
    }
    // A crash inside of a stage is kept as that stage's failure: the process is dead all the same.
    if ([...memory.failures.values(), ...memory.rolloutFailures.values()].some(({ reason }) => reason === 'internal-error')) {
      this.#memory = null
      return false
    }
    const changed = memory.lastPlan?.actions.some(changesSomething) === true
    const served = JSON.stringify(await readServingState(pool, environment))
    return !changed && served === heldBefore && memory.failures.size === 0 && memory.rolloutFailures.size === 0
  }

  async #reportReplica(): Promise<void> {
    const { pool, clock } = this.#parts
    const stored = await readServingState(pool, environment)
    const releases = Object.values(stored?.state.releases ?? {}).map(({ digest, version }): [string, ReleaseReadiness] => [
      digest,
      version === 3
        ? { status: 'failed', reason: 'GoldenRowsFailed', message: 'row 0: expected 0.123456, found 0.9', retryable: false }
        : { status: 'ready', loadMs: 1 },
    ])
    const status: ReplicaStatus = {
      replica: 'test',
      environment,
      heartbeatAt: toInstant(clock.wallMs),
      stateVersion: stored?.state.version ?? null,
      dataTime: null,
      releases: Object.fromEntries(releases),
    }
    await writeReplica(pool, status)
  }
}

async function readOutcome(pool: Pool, folder: string): Promise<Outcome> {
  const stored = await readHistory(pool, environment)
  const texts = stored.map(({ line }) => line)
  const verdict = verifyChain(texts, environment)
  if (!verdict.valid) throw new Error(`the history is broken: ${verdict.broken.message}`)
  const branch = runGit(folder, 'show', `mainward/history:${environment}.jsonl`).split('\n')
  const serving = await readServingState(pool, environment)
  const row = await readEnvironment(pool, environment)
  const pending = await readPendingTags(pool, environment)
  return {
    // Rollouts do not wait for each other: only the order within one is compared.
    history: [...verdict.lines]
      .sort((a, b) => compareText(a.rollout, b.rollout) || a.sequence - b.sequence)
      .map(({ rollout, event, reason, message, commit, state }) =>
        withoutTimes({ rollout, event, reason, message, commit, state }),
      ),
    rollouts: withoutTimes((await readRollouts(pool, environment)).map(({ state }) => state)),
    routes: withoutTimes({ routes: serving?.state.routes, releases: Object.keys(serving?.state.releases ?? {}).sort(), row }),
    conditions: withoutTimes(await readConditions(pool, environment)),
    tags: [
      ...runGit(folder, 'for-each-ref', '--format=%(refname:short) %(*objectname)', 'refs/tags').split('\n'),
      ...pending.map(({ name }) => `pending ${name}`),
    ],
    branchHoldsHistory: JSON.stringify(branch) === JSON.stringify(texts),
  }
}

/** Times differ from run to run where a pass was repeated; folders do as well. */
function withoutTimes(value: unknown): string {
  return JSON.stringify(value, null, 1)
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/folder:[^"]*/g, 'folder:STORE')
}
