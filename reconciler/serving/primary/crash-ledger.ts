/** Counts which releases were running when workers died, and decides which one is to blame. Pure bookkeeping, no clock. */
import type { Digest } from '../../core/digest.ts'

/** So many deaths condemn a release. */
export const crashLimit = 3

interface Suspect {
  crashes: number
  /** Orders suspects by when they were first seen. */
  readonly since: number
}

export class CrashLedger {
  readonly #suspects = new Map<Digest, Suspect>()
  readonly #condemned = new Set<Digest>()
  #seen = 0

  /**
   * A worker died while these releases were being loaded or run. Returns the release that is condemned by it, if any: the one with
   * the most deaths. Where two have as many, the one that came later is to blame: it is what has changed. The others are cleared.
   */
  record(running: readonly Digest[]): Digest | null {
    const suspects = running.map((digest) => [digest, this.#count(digest)] as const)
    const worst = suspects
      .filter(([digest, { crashes }]) => crashes >= crashLimit && !this.#condemned.has(digest))
      .sort(([, a], [, b]) => b.crashes - a.crashes || b.since - a.since)[0]
    if (worst === undefined) return null
    const [guilty] = worst
    this.#condemned.add(guilty)
    for (const digest of running) this.#suspects.delete(digest)
    return guilty
  }

  /** Forgets what nothing names any more: the same release, named again, gets its chances again. */
  keep(named: ReadonlySet<Digest>): void {
    for (const digest of this.#suspects.keys()) if (!named.has(digest)) this.#suspects.delete(digest)
    for (const digest of this.#condemned) if (!named.has(digest)) this.#condemned.delete(digest)
  }

  /** A release that runs is known from then on: the first are the oldest. */
  notice(digests: Iterable<Digest>): void {
    for (const digest of digests) this.#suspect(digest)
  }

  #count(digest: Digest): Suspect {
    const suspect = this.#suspect(digest)
    suspect.crashes++
    return suspect
  }

  #suspect(digest: Digest): Suspect {
    const known = this.#suspects.get(digest)
    if (known !== undefined) return known
    const suspect = { crashes: 0, since: this.#seen++ }
    this.#suspects.set(digest, suspect)
    return suspect
  }
}
