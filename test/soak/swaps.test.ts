/** A new release every second for a hundred seconds, for `npm run soak`. */
import { describeSwaps } from '../serving/load/swap-suite.ts'

describeSwaps({ releases: 100, everyMs: 1000, warmup: 20, growthBytes: 40 * 2 ** 20 })
