/** 200 kill -9 in a long series of commits, for `npm run soak`. */
import { describeKills } from '../e2e/support/kill-suite.ts'

describeKills({ kills: 200, rounds: 9, timeoutMs: 3_600_000 })
