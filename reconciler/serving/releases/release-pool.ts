/** The releases of this replica: loads what is wanted, one after the other, tries again where that may help, frees the rest. */
import type { Digest } from '../../core/digest.ts'
import type { Release } from '../../core/release.ts'
import type { ReleaseReadiness } from '../../core/serving-state.ts'
import type { HeldRelease } from './held-release.ts'
import type { LoadOutcome } from './load-release.ts'

export interface PoolOptions {
  load(release: Release): Promise<LoadOutcome>
  /** Called after every change of a release's readiness. */
  onChange(digest: Digest, readiness: ReleaseReadiness): void
  /** Called when freeing a model failed: it is forgotten anyway. */
  onReleaseProblem(digest: Digest, error: unknown): void
  /** Pause before the first retry; doubles up to `largestRetryMs`. */
  readonly firstRetryMs: number
  readonly largestRetryMs: number
}

interface Entry {
  release: Release
  readiness: ReleaseReadiness
  held: HeldRelease | null
  /** Loads that failed in a row. */
  failures: number
  retryTimer: NodeJS.Timeout | undefined
}

export class ReleasePool {
  readonly #options: PoolOptions
  readonly #entries = new Map<Digest, Entry>()
  readonly #queue: Digest[] = []
  /** Made when it is asked for, forgotten with every change. */
  #byVersion: ReadonlyMap<string, HeldRelease> | null = null
  #loading = false
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Says which releases this replica must hold, the most urgent first. Those no longer named are freed. */
  want(releases: readonly Release[]): void {
    this.#byVersion = null
    const wanted = new Set(releases.map(({ digest }) => digest))
    for (const digest of [...this.#entries.keys()]) if (!wanted.has(digest)) this.#drop(digest)
    for (const release of releases) {
      const known = this.#entries.get(release.digest)
      if (known !== undefined) {
        known.release = release
        known.held?.renumber(release)
        continue
      }
      this.#entries.set(release.digest, {
        release,
        readiness: { status: 'loading' },
        held: null,
        failures: 0,
        retryTimer: undefined,
      })
      this.#queue.push(release.digest)
    }
    void this.#loadNext()
  }

  heldRelease(digest: Digest): HeldRelease | null {
    return this.#entries.get(digest)?.held ?? null
  }

  /** Null for a release that is not wanted. */
  readinessOf(digest: Digest): ReleaseReadiness | null {
    return this.#entries.get(digest)?.readiness ?? null
  }

  /** A loaded release of a version; null when there is none. */
  findHeld(model: string, version: string): HeldRelease | null {
    this.#byVersion ??= new Map(
      this.listHeld().map((held) => [versionKey(held.release.model, String(held.release.version)), held]),
    )
    return this.#byVersion.get(versionKey(model, version)) ?? null
  }

  /** Every release that is loaded and proven. */
  listHeld(): readonly HeldRelease[] {
    return [...this.#entries.values()].flatMap(({ held }) => (held === null ? [] : [held]))
  }

  /** Every release that is wanted, with its readiness. */
  listReleases(): readonly { readonly release: Release; readonly readiness: ReleaseReadiness }[] {
    return [...this.#entries.values()]
  }

  close(): void {
    this.#closed = true
    for (const digest of [...this.#entries.keys()]) this.#drop(digest)
  }

  async #loadNext(): Promise<void> {
    if (this.#loading || this.#closed) return
    this.#loading = true
    try {
      for (let digest = this.#queue.shift(); digest !== undefined; digest = this.#queue.shift()) {
        const entry = this.#entries.get(digest)
        if (entry !== undefined && entry.held === null) await this.#load(entry)
      }
    } finally {
      this.#loading = false
    }
  }

  async #load(entry: Entry): Promise<void> {
    const outcome = await this.#tryLoad(entry.release)
    const { digest } = entry.release
    if (this.#entries.get(digest) !== entry) {
      if (outcome.type === 'held') this.#free(digest, outcome.held)
      return
    }
    if (outcome.type === 'held') {
      entry.held = outcome.held
      entry.held.renumber(entry.release)
      this.#byVersion = null
      entry.readiness = { status: 'ready', loadMs: outcome.loadMs }
    } else {
      entry.readiness = outcome.failed
      entry.failures++
      if (outcome.failed.retryable) this.#scheduleRetry(entry)
    }
    this.#options.onChange(digest, entry.readiness)
  }

  /** A defect while loading is that release's failure: the others go on. */
  async #tryLoad(release: Release): Promise<LoadOutcome> {
    try {
      return await this.#options.load(release)
    } catch (error) {
      const message = `a defect of mainward: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
      return { type: 'failed', failed: { status: 'failed', reason: 'LoadFailed', message, retryable: false } }
    }
  }

  #scheduleRetry(entry: Entry): void {
    const { firstRetryMs, largestRetryMs } = this.#options
    const delayMs = Math.min(largestRetryMs, firstRetryMs * 2 ** (entry.failures - 1))
    entry.retryTimer = setTimeout(() => {
      this.#queue.push(entry.release.digest)
      void this.#loadNext()
    }, delayMs)
  }

  #drop(digest: Digest): void {
    const entry = this.#entries.get(digest)
    this.#entries.delete(digest)
    this.#byVersion = null
    clearTimeout(entry?.retryTimer)
    if (entry?.held) this.#free(digest, entry.held)
  }

  #free(digest: Digest, held: HeldRelease): void {
    held.retire().catch((error: unknown) => this.#options.onReleaseProblem(digest, error))
  }
}

function versionKey(model: string, version: string): string {
  return `${model}\n${version}`
}
