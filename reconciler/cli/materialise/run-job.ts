/** One job of the process that materialises: fills what is due from the files of a commit, removes what nothing reads. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeView } from '../../database/online-view-queries.ts'
import type { Pool } from '../../database/pool.ts'
import { openQueryReader } from '../../database/query-reader.ts'
import { materialsOf } from '../../features/compute/closure-materials.ts'
import type { ComputationPorts } from '../../features/compute/open-computation.ts'
import { materialiseViews, type FillOutcome } from '../../features/materialise/materialise-views.ts'
import type { EngineKeeper } from '../../features/engine/engine-keeper.ts'
import type { EngineOptions } from '../../features/engine/open-engine.ts'
import type { SourceFiles } from '../../features/ports.ts'
import { createSecretReader } from '../../features/sources/secret-reader.ts'
import { openRepository } from '../../git/open-repository.ts'
import { Remote } from '../../git/remote.ts'
import { fencedWrite } from '../../reconcile/stores/fenced-write.ts'
import { createCommitFiles } from '../features/commit-files.ts'
import { describeFailure } from './describe-failure.ts'
import type { MaterialiseJob, MaterialiseSettings, ViewOutcome } from './materialise-messages.ts'
import { createOnlineRows } from './online-rows.ts'

/** A statement of the engine that takes longer is ended: one that never ends must not hold up the other views for ever. */
const statementLimitMs = 15 * 60_000
const queryLimitMs = 60_000
/** Rows that are removed in one transaction. */
const removedAtOnce = 20_000

/** Files of the newest commit are kept between jobs. */
export interface CommitPlace {
  readonly commit: string
  readonly files: SourceFiles
}

export interface JobEffects {
  readonly pool: Pool
  readonly settings: MaterialiseSettings
  readonly place: CommitPlace
  readonly keeper: EngineKeeper
}

/** Throws what the database throws while something is removed; failures of views are outcomes. */
export async function runJob(
  job: MaterialiseJob,
  { pool, settings, place, keeper }: JobEffects,
): Promise<readonly ViewOutcome[]> {
  const store = createOnlineRows({ pool, environment: settings.environment }, job.epoch)
  const [ports, engine] = [portsOf(settings, place), engineOf(settings, keeper)]
  const outcomes: ViewOutcome[] = []
  for (const { definitions, due } of job.sets) {
    const materials = materialsOf(definitions)
    const filled = await materialiseViews({ materials, due, ports, store, nowUs: job.nowUs, engine })
    outcomes.push(...filled.map(describeOutcome))
  }
  for (const viewId of job.remove) await removeWhole(pool, { environment: settings.environment, epoch: job.epoch, viewId })
  return outcomes
}

/** Writes nothing before a file is asked for. What an earlier commit left is removed. */
export async function openCommitPlace(settings: MaterialiseSettings, commit: string): Promise<CommitPlace> {
  const folder = join(settings.workFolder, 'files')
  await rm(folder, { recursive: true, force: true })
  const { repository, path, clonesFolder } = settings
  // A new one for each commit: an older one does not know of packs that came since.
  const { objects } = /^https?:/.test(repository)
    ? new Remote({ url: repository, token: null, cacheFolder: clonesFolder })
    : openRepository(repository)
  return { commit, files: createCommitFiles({ objects, innerPath: path }, commit, folder) }
}

export function portsOf(settings: MaterialiseSettings, { files }: CommitPlace): ComputationPorts {
  return {
    files,
    queries: openQueryReader({ statementTimeoutMs: queryLimitMs }),
    secrets: createSecretReader({ environment: settings.secrets, folder: settings.secretFolder }),
  }
}

export function engineOf({ workFolder }: MaterialiseSettings, keeper: EngineKeeper): EngineOptions {
  return { spillFolder: join(workFolder, 'spill'), timeLimitMs: statementLimitMs, keeper }
}

function describeOutcome(outcome: FillOutcome): ViewOutcome {
  const { view, gridUs } = outcome
  const base = { digest: view.digest, gridUs }
  if (outcome.type === 'filled') return { ...base, ...outcome.report, failure: null }
  return { ...base, computed: 0, isLate: false, failure: describeFailure(outcome.error) }
}

async function removeWhole(
  pool: Pool,
  { environment, epoch, viewId }: { readonly environment: string; readonly epoch: number; readonly viewId: number },
): Promise<void> {
  const remove = () => fencedWrite({ pool, environment }, epoch, (transaction) => removeView(transaction, viewId, removedAtOnce))
  while (!(await remove()));
}
