/** Looking for what the command line names: what is not there was asked for wrongly, whoever else the search serves. */
import { MainwardError } from '../../core/error.ts'

/** The result of `find`. Throws its `not-found` as `usage`, so that a wrong name ends every command alike. */
export function namedByCaller<T>(find: () => T): T {
  try {
    return find()
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'not-found') throw thrown
    const { message, hint } = thrown
    throw new MainwardError('usage', message, { ...(hint !== undefined && { hint }), cause: thrown })
  }
}
