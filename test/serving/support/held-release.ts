/** Releases as a replica holds them, around a model that the test gives; the default one is never run. */
import { Lane, type RunSink } from '../../../reconciler/serving/execution/lane.ts'
import { ReleaseRunner } from '../../../reconciler/serving/execution/release-runner.ts'
import { defaultLimits } from '../../../reconciler/serving/limits.ts'
import { HeldRelease } from '../../../reconciler/serving/releases/held-release.ts'
import type { Release } from '../../../reconciler/core/release.ts'
import type { LoadedModel } from '../../../reconciler/inference/model.ts'

const neverRun: LoadedModel = {
  inputs: [],
  outputs: [],
  otherOutputs: [],
  sharesRows: false,
  run: () => Promise.reject(new Error('not run')),
  release: () => Promise.resolve(),
}

export const uncounted: RunSink = { countRun: () => undefined, countSuccess: () => undefined, countFailure: () => undefined }

export function holdRelease(release: Release, model: LoadedModel = neverRun): HeldRelease {
  const marker = { enter: () => undefined, leave: () => undefined }
  const profile = { batches: false, runs: [] }
  const { budgetMs } = release.serving
  const parts = { model, profile, lane: new Lane(), sharesLane: true, marker, sink: uncounted, budgetMs, limits: defaultLimits }
  return new HeldRelease(release, new ReleaseRunner(parts))
}
