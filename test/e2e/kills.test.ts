/** kill -9 in the middle of a series of commits: the same state and history as an undisturbed run, and no wrong answer. */
import { describeKills } from './support/kill-suite.ts'

describeKills({ kills: 12, rounds: 1, timeoutMs: 280_000 })
