/** Looks at a file or folder that the command line names. */
import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { MainwardError, messageOf } from '../core/error.ts'

/** `named` is how a message calls it. Throws `usage` when it is not there, or can not be looked at. */
export async function statNamed(place: string, named: string): Promise<Stats> {
  try {
    return await stat(place)
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw new MainwardError('usage', `no file or folder ${named}${isMissing ? '' : `: ${messageOf(cause)}`}`, { cause })
  }
}
