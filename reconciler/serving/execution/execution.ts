/** What all releases of a data plane share to run their models. Knows no release's storage and no request. */
import type { Release } from '../../core/release.ts'
import type { CrashMarker } from '../ports.ts'
import { Lane, type RunMarker, type RunSink } from './lane.ts'
import type { PlacementLimits } from './place-model.ts'
import type { QueueLimits } from './run-queue.ts'

export type ExecutionLimits = PlacementLimits & QueueLimits

export interface ExecutionOptions {
  readonly limits: ExecutionLimits
  readonly marker: CrashMarker
  /** Where the runs of a release are counted. */
  sinkOf(release: Release): RunSink
}

export class Execution {
  /** Of the thread that answers requests. */
  readonly mainLane = new Lane()
  readonly #options: ExecutionOptions

  constructor(options: ExecutionOptions) {
    this.#options = options
  }

  get limits(): ExecutionLimits {
    return this.#options.limits
  }

  /** Who is told of a release's runs on a lane. A model in a process of its own does not take this one with it. */
  observe(release: Release, lane: Lane): { readonly marker: RunMarker; readonly sink: RunSink } {
    const marker = lane === this.mainLane ? markRuns(release, this.#options.marker) : unmarked
    return { marker, sink: this.#options.sinkOf(release) }
  }
}

const unmarked: RunMarker = { enter: () => undefined, leave: () => undefined }

/** A release has one run at a time. */
function markRuns({ digest }: Release, marker: CrashMarker): RunMarker {
  let slot = 0
  return {
    enter: () => {
      slot = marker.enter(digest)
    },
    leave: () => marker.leave(slot),
  }
}
