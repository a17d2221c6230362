/** A release that a route names and this replica does not have: it reads requests like a held one, and can run nothing. */
import { MainwardError } from '../../core/error.ts'
import type { Release } from '../../core/release.ts'
import { compileScoreReader } from '../assembly/score-reader.ts'
import type { HeldRelease } from './held-release.ts'
import { compileRequests, type ReleaseRequests } from './release-requests.ts'

/** What a request needs of the release that answers it. */
export type RunnableRelease = ReleaseRequests & Pick<HeldRelease, 'release' | 'scores' | 'fixedRows' | 'outputNames' | 'run'>

export class NotLoadedError extends MainwardError {
  constructor({ model, version }: Release) {
    super('unavailable', `version ${version} of the model "${model}" is not loaded`, { retry: 'backoff' })
  }
}

/** Throws `unsupported` for a signature that this version can not fill. */
export function describeUnloaded(release: Release): RunnableRelease {
  const { score, label } = release.signature.outputs
  return {
    release,
    ...compileRequests(release),
    scores: compileScoreReader(release),
    fixedRows: null,
    outputNames: label === undefined || label === score ? [score] : [label, score],
    run: () => Promise.reject(new NotLoadedError(release)),
  }
}
