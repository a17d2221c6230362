/** kill -9 in the middle of a series of commits: the same state and history as an undisturbed run, and no wrong answer. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type KillRun, runKills } from './support/kill-run.ts'

const seed = Number(process.env['MAINWARD_SEED'] ?? Date.now() % 1_000_000)
const soak = process.env['MAINWARD_SOAK'] === '1'
const plan = soak ? { kills: 200, rounds: 9 } : { kills: 20, rounds: 1 }
const timeoutMs = soak ? 3_600_000 : 280_000

let undisturbed: KillRun
let disturbed: KillRun

beforeAll(async () => {
  console.log(`MAINWARD_SEED=${seed}`)
  undisturbed = await runKills({ ...plan, kills: 0, seed })
  disturbed = await runKills({ ...plan, seed })
}, timeoutMs)

describe(`a series of commits with ${plan.kills} kills`, () => {
  it('ends in the same state and history as without', () => {
    expect(disturbed.kills).toHaveLength(plan.kills)
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
      const death = deaths.findLast((atMs) => atMs <= fromMs + 50)
      expect(death, [...messages].join()).toBeDefined()
      expect(toMs - fromMs, [...messages].join()).toBeLessThan(30_000)
    }
  })
})
