/** What all releases of a data plane share to run their models. Knows no release's storage and no request. */
import type { Digest } from '../../core/digest.ts'
import type { Release } from '../../core/release.ts'
import { type CrashMarker, Lane, type RunSink } from './lane.ts'
import type { PlacementLimits } from './place-model.ts'
import type { QueueLimits } from './run-queue.ts'

export type ExecutionLimits = PlacementLimits & QueueLimits

/** Marks which release has control, by place: loads, the thread that answers requests, and each model's own thread. */
export interface CrashMarkers {
  of(release: Digest, place: 'load' | 'main' | 'thread'): CrashMarker
}

export interface ExecutionOptions {
  readonly limits: ExecutionLimits
  readonly markers: CrashMarkers
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

  markLoad(release: Digest): CrashMarker {
    return this.#options.markers.of(release, 'load')
  }

  /** Who is told of a release's runs on a lane. */
  observe(release: Release, lane: Lane): { readonly marker: CrashMarker; readonly sink: RunSink } {
    const place = lane === this.mainLane ? 'main' : 'thread'
    return { marker: this.#options.markers.of(release.digest, place), sink: this.#options.sinkOf(release) }
  }
}

/** For a data plane without a process of its own: nobody could read the marks. */
export const noCrashMarkers: CrashMarkers = { of: () => ({ enter: () => undefined, leave: () => undefined }) }
