import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../reconciler/core/digest.ts'
import { crashLimit, CrashLedger } from '../../../reconciler/serving/primary/crash-ledger.ts'

const [a, b, c] = (['a', 'b', 'c'] as const).map((name) => `sha256:${name.repeat(64)}` as const) as [Digest, Digest, Digest]

/** What each death condemned. */
function deaths(ledger: CrashLedger, ...running: readonly (readonly Digest[])[]): readonly (Digest | null)[] {
  return running.map((digests) => ledger.record(digests))
}

describe('the release to blame for deaths of workers', () => {
  it.each<[string, readonly (readonly Digest[])[], readonly (Digest | null)[]]>([
    ['is the one that was running three times', [[a], [a], [a]], [null, null, a]],
    ['is nobody when nothing was running', [[], [], [], []], [null, null, null, null]],
    ['is each for itself', [[a], [b], [a], [b], [a], [b]], [null, null, null, null, a, b]],
    ['is the one with the most deaths', [[a], [a, b], [a, b], [b]], [null, null, a, null]],
    [
      'is the later of two that died together',
      [
        [a, b],
        [a, b],
        [a, b],
      ],
      [null, null, b],
    ],
    ['is no release twice', [[a], [a], [a], [a], [a], [a]], [null, null, a, null, null, null]],
    [
      'leaves those that were only beside it with no deaths',
      [[a, b], [a, b], [a, b], [a], [a], [a]],
      [null, null, b, null, null, a],
    ],
  ])('%s', (_title, running, expected) => {
    expect(deaths(new CrashLedger(), ...running)).toEqual(expected)
  })

  it('is the new one where an old one was known before, whichever is named first', () => {
    for (const pair of [
      [a, b],
      [b, a],
    ] as const) {
      const ledger = new CrashLedger()
      ledger.notice([a])
      expect(deaths(ledger, pair, pair, pair)).toEqual([null, null, b])
    }
  })

  it('gets its chances again when nothing names it any more', () => {
    const ledger = new CrashLedger()
    deaths(ledger, [a], [a])
    ledger.keep(new Set([b]))
    expect(deaths(ledger, [a], [a], [a])).toEqual([null, null, a])
    ledger.keep(new Set())
    expect(deaths(ledger, [a], [a], [a])).toEqual([null, null, a])
  })

  it('keeps its deaths as long as it is named', () => {
    const ledger = new CrashLedger()
    deaths(ledger, [a], [a])
    ledger.keep(new Set([a]))
    expect(ledger.record([a])).toBe(a)
  })

  it('was running at that death, at least three times before it, and is named once', () => {
    const running = fc.uniqueArray(fc.constantFrom(a, b, c), { maxLength: 3 })
    fc.assert(
      fc.property(fc.array(running, { maxLength: 30 }), (history) => {
        const ledger = new CrashLedger()
        const condemned = deaths(ledger, ...history)
        for (const [index, digest] of condemned.entries()) {
          if (digest === null) continue
          expect(history[index]).toContain(digest)
          const times = history.slice(0, index + 1).filter((digests) => digests.includes(digest)).length
          expect(times).toBeGreaterThanOrEqual(crashLimit)
          expect(condemned.indexOf(digest)).toBe(index)
        }
      }),
    )
  })
})
