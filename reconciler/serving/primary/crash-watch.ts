/** Finds out what a worker was running when it died, and which release took too many workers with it. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { shortDigest, type Digest } from '../../core/digest.ts'
import type { Release } from '../../core/release.ts'
import type { MetricRegistry } from '../metrics/metric-registry.ts'
import { takeRunning } from '../releases/running-file.ts'
import { crashLimit, CrashLedger } from './crash-ledger.ts'
import { isCrash, readOomKills, type ProcessEnd } from './death-cause.ts'

export interface CrashWatchOptions {
  /** Absolute path of the folder of running files: made, and emptied of what an earlier primary left. */
  readonly folder: string
  readonly registry: MetricRegistry
  readonly log: Logger
  readonly findRelease: (digest: Digest) => Release | undefined
}

export class CrashWatch {
  readonly #options: CrashWatchOptions
  readonly #ledger = new CrashLedger()
  readonly #condemned = new Map<Digest, string>()
  readonly #blamed = new Set<number>()
  #oomKills = readOomKills()

  constructor(options: CrashWatchOptions) {
    this.#options = options
    rmSync(options.folder, { recursive: true, force: true })
    mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  }

  /** Releases that must not be loaded any more, with the reason for each. */
  get condemned(): ReadonlyMap<Digest, string> {
    return this.#condemned
  }

  /** Whatever this worker dies of now, it is a crash: what it runs has held it. */
  blame(worker: number): void {
    this.#blamed.add(worker)
  }

  inspect(worker: number, end: ProcessEnd): void {
    const running = takeRunning(join(this.#options.folder, String(worker)))
    const oomKills = readOomKills()
    const crashed = this.#blamed.delete(worker) || isCrash(end, this.#oomKills, oomKills)
    this.#oomKills = oomKills
    if (!crashed || running.length === 0) return
    const { registry, log, findRelease } = this.#options
    for (const digest of running) {
      const release = findRelease(digest)
      if (release === undefined) continue
      const { model, version } = release
      registry.number('mainward_release_crashes_total', model, String(version)).add(1)
      log.error(
        { worker, signal: end.signal, model, version, release: shortDigest(digest) },
        'a worker died while it ran a release',
      )
    }
    const guilty = this.#ledger.record(running)
    if (guilty === null) return
    const message = `${crashLimit} worker processes died while they loaded or ran ${shortDigest(guilty)}, the last of ${end.signal ?? 'a crash'}`
    this.#condemned.set(guilty, message)
    log.error({ release: shortDigest(guilty) }, 'a release crashes its process: it is not loaded any more')
  }

  /** Forgets what nothing names any more, and remembers who was there first. */
  keep(named: ReadonlySet<Digest>): void {
    this.#ledger.keep(named)
    this.#ledger.notice(named)
    for (const digest of this.#condemned.keys()) if (!named.has(digest)) this.#condemned.delete(digest)
  }

  close(): void {
    rmSync(this.#options.folder, { recursive: true, force: true })
  }
}
