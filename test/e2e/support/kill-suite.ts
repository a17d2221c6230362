/** What must hold when processes are killed in the middle of a series of commits: in CI a few times, in a soak often. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type KillRun, runKills } from './kill-run.ts'

export interface KillSuite {
  readonly kills: number
  /** Each has seven chapters. */
  readonly rounds: number
  readonly timeoutMs: number
}

/** MAINWARD_SEED repeats the moments and victims of a run that failed. */
export function describeKills({ kills, rounds, timeoutMs }: KillSuite): void {
  const seed = Number(process.env['MAINWARD_SEED'] ?? Date.now() % 1_000_000)

  describe(`a series of commits with ${kills} kills`, () => {
    let undisturbed: KillRun
    let disturbed: KillRun

    beforeAll(async () => {
      console.log(`MAINWARD_SEED=${seed}`)
      undisturbed = await runKills({ kills: 0, rounds, seed })
      disturbed = await runKills({ kills, rounds, seed })
    }, timeoutMs)

    it('ends in the same state and history as without', () => {
      expect(disturbed.kills).toHaveLength(kills)
      expect(disturbed.outcome).toEqual(undisturbed.outcome)
    })

    it('never gives a wrong answer', () => {
      expect(undisturbed.wrong).toEqual([])
      expect(disturbed.wrong).toEqual([])
      expect(disturbed.answered).toBeGreaterThan(100)
    })

    it('leaves clients without an answer only while the data plane itself was killed', () => {
      expect(undisturbed.outages).toEqual([])
      const deaths = disturbed.kills.filter(({ victim }) => victim === 'serve' || victim === 'up').map(({ atMs }) => atMs)
      for (const { fromMs, toMs, messages } of disturbed.outages) {
        const why = [...messages].join()
        const death = deaths.findLast((atMs) => atMs <= fromMs + 50)
        expect(death, why).toBeDefined()
        expect(toMs - fromMs, why).toBeLessThan(30_000)
      }
    })
  })
}
