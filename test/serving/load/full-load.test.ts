/** What takes the whole machine, one after the other: overload, and releases that change at full load. */
import { describeOverload } from './overload-suite.ts'
import { describeSwaps } from './swap-suite.ts'

describeOverload()

/** `npm run soak` does it for longer. */
describeSwaps({ releases: 12, everyMs: 1000, warmup: 4, growthBytes: 40 * 2 ** 20 })
