/** The stages that read git: the branch's head, its manifests, and which commit is the last good one. */
import { MainwardError } from '../core/error.ts'
import { hasErrors } from '../core/finding.ts'
import { toInstant } from '../core/clock.ts'
import type { Desired } from '../core/plan.ts'
import { assembleDesired } from './assemble-desired.ts'
import { assembleFeatures, type MainFeatures } from './assemble-features.ts'
import type { Memory } from './memory.ts'
import type { CommitReading } from './ports.ts'
import { resolveArtifactStore } from './artifact-store.ts'
import type { Pass } from './stages.ts'

/** How many commits are tried to find a valid one, when the head is not and none was applied before. */
const searchLimit = 200

/** Looks at the branch when it is time, and reads a new head. An unchanged head costs nothing more. */
export async function readSource(pass: Pass): Promise<void> {
  const { memory, ports, settings, wallMs, fetchNow } = pass
  if (!fetchNow && wallMs < memory.nextFetchMs) return
  memory.nextFetchMs = wallMs + settings.pollMs * (1 + settings.jitter() * 0.2)
  const head = await ports.source.fetchHead()
  if (memory.reading?.info.commit === head && memory.desired !== null) return
  const reading = await ports.source.readCommit(head)
  await adopt(pass, reading)
}

async function adopt(pass: Pass, reading: CommitReading): Promise<void> {
  const { memory, ports, settings, log, wallMs } = pass
  const valid = isValid(reading)
  const good = valid
    ? await assembleReading(reading, settings.environment)
    : (lastGood(memory) ?? (await findLastGood(pass, reading)))
  const desired = good?.desired ?? null
  const row = await ports.journal.readEnvironment()
  const { info } = reading
  await ports.journal.writeCommit(
    memory.epoch,
    {
      project: desired?.project ?? row?.project ?? '',
      headCommit: info.commit,
      appliedCommit: desired?.commit ?? row?.appliedCommit ?? null,
      artifactStore: desired === null ? (row?.artifactStore ?? '') : resolveArtifactStore(desired.artifactStore, settings),
    },
    { ...info, readAt: toInstant(wallMs), valid, findings: reading.findings, resources: countKinds(reading) },
  )
  if (desired !== null) await ports.tagStore.addTags(memory.epoch, versionTags(desired))
  const errors = reading.findings.filter(({ severity }) => severity === 'error').length
  if (valid) log.info({ commit: info.commit, rollouts: desired?.rollouts.length }, 'read a valid commit')
  else log.warn({ commit: info.commit, errors, serving: desired?.commit }, 'the commit has errors and is not applied')
  setCommit(memory, reading, good)
}

/** What a valid commit asks for. */
interface GoodCommit {
  readonly desired: Desired
  readonly features: MainFeatures
}

function lastGood({ desired, features }: Memory): GoodCommit | null {
  return desired === null || features === null ? null : { desired, features }
}

function setCommit(memory: Memory, reading: CommitReading, good: GoodCommit | null): void {
  memory.reading = reading
  memory.desired = good?.desired ?? null
  memory.features = good?.features ?? null
}

/** The commit that was applied last, or the newest valid one on the first-parent line. Null when there is none. */
async function findLastGood(pass: Pass, head: CommitReading): Promise<GoodCommit | null> {
  const { ports, settings } = pass
  const applied = (await ports.journal.readEnvironment())?.appliedCommit ?? null
  const parents = await ports.source.firstParents(head.info.commit, searchLimit)
  const candidates = [
    ...(applied === null ? [] : [applied]),
    ...parents.map(({ commit }) => commit).filter((commit) => commit !== head.info.commit),
  ]
  for (const commit of candidates) {
    const reading = await readIfThere(pass, commit)
    if (reading !== null && isValid(reading)) return assembleReading(reading, settings.environment)
  }
  return null
}

/** A commit that a force-push has removed is no candidate. */
async function readIfThere({ ports, log }: Pass, commit: string): Promise<CommitReading | null> {
  try {
    return await ports.source.readCommit(commit)
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'not-found') throw thrown
    log.info({ commit }, 'a commit that was applied before is no longer in the repository')
    return null
  }
}

function countKinds({ resources }: CommitReading): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { kind } of resources) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

async function assembleReading({ info, resources }: CommitReading, environment: string): Promise<GoodCommit> {
  const valid = { commit: info.commit, resources }
  return { desired: await assembleDesired(valid, environment), features: assembleFeatures(valid) }
}

function isValid(reading: CommitReading): boolean {
  return !hasErrors(reading.findings)
}

/** GTO's grammar: `MODEL@vMAJOR.MINOR.PATCH`; a version number is the major part. */
function versionTags(desired: Desired): readonly { name: string; commit: string; message: string }[] {
  return desired.versions.map(({ model, version }) => ({
    name: `${model}@v${version}.0.0`,
    commit: desired.commit,
    message: `Version ${version} of ${model} is registered`,
  }))
}
