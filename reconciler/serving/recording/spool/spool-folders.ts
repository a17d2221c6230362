/** Where the spool of a state folder lies. */
import { join } from 'node:path'

export interface SpoolFolders {
  readonly predictions: string
  readonly outcomes: string
  /** Lines that the store refused, by what they were. */
  readonly rejectedPredictions: string
  readonly rejectedOutcomes: string
}

export function spoolFolders(stateFolder: string): SpoolFolders {
  const spool = join(stateFolder, 'serving', 'spool')
  return {
    predictions: join(spool, 'predictions'),
    outcomes: join(spool, 'outcomes'),
    rejectedPredictions: join(spool, 'rejected', 'predictions'),
    rejectedOutcomes: join(spool, 'rejected', 'outcomes'),
  }
}
