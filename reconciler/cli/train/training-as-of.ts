/** The time at which a version was made: its training set is made again as of it, beside those of today. */
import { join } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import type { Evidence } from '../../core/evidence.ts'
import { parseInstant } from '../../core/instant.ts'
import type { OpenTraining } from './open-training.ts'

/** Throws `invalid-input` for evidence without a time. */
export function trainingAsOf(opened: OpenTraining, version: number, { dataset }: Evidence): OpenTraining {
  const now = parseInstant(dataset.asOf)
  if (now !== null) return { ...opened, now, datasets: join(opened.folder, 'reproduced') }
  throw new MainwardError(
    'invalid-input',
    `version ${version}: expected the time of its training set in evidence.dataset.asOf, found ${JSON.stringify(dataset.asOf)}`,
    { hint: 'restore the file of the version from git: only mainward train writes its evidence' },
  )
}
