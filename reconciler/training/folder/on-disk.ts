/** Gives a disk that is full, or closed to us, its name: the machine's matter, not a defect. */
import { MainwardError } from '../../core/error.ts'

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'no room is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk can only be read',
  EACCES: 'permission is denied',
}

/** Does the work; throws `environment` where the disk is why it could not. `what` is what is written, such as `the record of a run`. */
export async function onDisk<T>(what: string, folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    const cause = thrown instanceof Error && 'code' in thrown ? causes[String(thrown.code)] : undefined
    if (cause === undefined) throw thrown
    throw new MainwardError('environment', `could not write ${what}: ${cause} (${folder})`, {
      hint: 'make room there, or permit writing, and run it again',
      cause: thrown,
    })
  }
}
