/** The side of a plan that is there: what a running reconciler observes, or a commit as if all of it had succeeded. */
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import type { Observed } from '../../core/plan.ts'
import type { Resource } from '../../core/resource.ts'
import { openRepository, type Repository } from '../../git/open-repository.ts'
import { readFirstParents, readHead } from '../../git/read-history.ts'
import type { ObservedAnswer } from '../../reconcile/api/control-store.ts'
import { assumeApplied, nothingObserved } from '../../reconcile/assume-applied.ts'
import type { StoredOnline } from '../../reconcile/count-online-rows.ts'
import type { PlanSide } from '../../reconcile/plan-report.ts'
import type { ControlClient } from '../client/control-client.ts'
import { readCommitManifests, resolveRef } from '../manifests/read-commit-manifests.ts'
import { assembleSide } from './desired-side.ts'

export interface ObservedSide {
  readonly side: PlanSide
  readonly environment: string
  readonly observed: Observed
  /** What the online store holds; a text: why that is not known. */
  readonly stored: StoredOnline | string
  /** Of the commit that was applied; null where it is none of this repository. */
  readonly resources: readonly Resource[] | null
  /** The wall clock to plan with; null: the time of day. */
  readonly wallMs: number | null
}

/** A reconciler of an earlier version does not count rows. */
type Told = Omit<ObservedAnswer, 'onlineRows'> & Partial<Pick<ObservedAnswer, 'onlineRows'>>

/** How many commits are tried when the newest is not valid: as far as a person follows. */
const searchLimit = 50

/** Why a side that is a commit has no rows. */
const untold = 'planned against a commit, which has no rows: a running reconciler counts them'

/**
 * Throws `unavailable` when nobody answers, `usage` when another environment is wanted. The commit that was applied is looked
 * for in the repository at `folder`.
 */
export async function observeRunning(client: ControlClient, wanted: string | null, folder: string): Promise<ObservedSide> {
  const { environment, commit, observed, onlineRows } = await client.get<Told>('/api/v1/observed')
  if (wanted !== null && wanted !== environment) {
    throw new MainwardError('usage', `expected a reconciler of ${wanted}, found one of ${environment} at ${client.address.url}`, {
      hint: 'name its state folder with --state, or plan against a commit with --against',
    })
  }
  const applied = commit === null ? 'nothing applied yet' : `commit ${commit.slice(0, 12)}`
  const resources = commit === null ? [] : await findResources(folder, commit, environment)
  const stored = readStored(observed.filledViews, onlineRows)
  const side = { origin: `the running reconciler (${applied})`, commit }
  return { side, environment, observed, stored, resources, wallMs: null }
}

function readStored(filled: readonly Digest[], rows: Told['onlineRows']): StoredOnline | string {
  if (rows === undefined) return 'the running reconciler does not say how many there are'
  return { rows: new Map(Object.entries(rows) as [Digest, number][]), filled: new Set(filled) }
}

/** Null: the folder is no repository, or its repository has no such commit. */
async function findResources(folder: string, commit: string, environment: string): Promise<readonly Resource[] | null> {
  try {
    const repository = openRepository(folder)
    const source = await readCommitManifests(repository, await resolveRef(repository, commit), commit)
    return (await assembleSide(source, environment)).resources
  } catch (thrown) {
    if (thrown instanceof MainwardError && (thrown.code === 'usage' || thrown.code === 'not-found')) return null
    throw thrown
  }
}

/**
 * The ref's commit, or like the reconciler the newest valid one before it. Before the first commit nothing is served.
 * `ref` null means HEAD.
 */
export async function assumeCommit(folder: string, ref: string | null, environment: string): Promise<ObservedSide> {
  const repository = openRepository(folder)
  if (ref === null && readHead(repository) === null) {
    const side = { origin: 'nothing (there is no commit yet)', commit: null }
    return { side, environment, observed: nothingObserved, stored: untold, resources: [], wallMs: 0 }
  }
  const name = ref ?? 'HEAD'
  return assumeNewestValid(repository, { name, commit: await resolveRef(repository, name) }, environment)
}

export interface NamedStart {
  readonly name: string
  readonly commit: string
}

/** A commit by its full id, or the newest valid one before it. Throws `invalid-input` where there is none among the last ones. */
export async function assumeNewestValid(
  repository: Repository,
  { name, commit }: NamedStart,
  environment: string,
): Promise<ObservedSide> {
  for (const [back, { oid, committedAt }] of (await readFirstParents(repository.objects, commit, searchLimit)).entries()) {
    const source = await readCommitManifests(repository, oid, back === 0 ? name : oid)
    const { desired, side, resources } = await assembleSide(source, environment)
    if (desired === null) continue
    const wallMs = Date.parse(committedAt)
    const origin = back === 0 ? side.origin : `${side.origin}, the newest valid one: ${name} has errors`
    const observed = assumeApplied(desired, wallMs)
    return { side: { ...side, origin }, environment, observed, stored: untold, resources, wallMs }
  }
  throw new MainwardError('invalid-input', `no valid commit among the last ${searchLimit} of ${name}`, {
    hint: `mainward validate --ref ${name} --reconciled says what is wrong`,
  })
}
