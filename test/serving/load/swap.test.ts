/** A new release every second for twelve seconds. `npm run soak` does it for longer. */
import { describeSwaps } from './swap-suite.ts'

describeSwaps({ releases: 12, everyMs: 1000, warmup: 4, growthBytes: 40 * 2 ** 20 })
