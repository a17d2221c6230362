/** The job that brings rows of a pushed view's source into the online store, from the files of a commit. */
import { writeLines } from '../../database/online-row-queries.ts'
import { ensureView } from '../../database/online-view-queries.ts'
import { materialsOf } from '../../features/compute/closure-materials.ts'
import { backfillView } from '../../features/materialise/backfill-view.ts'
import { fencedWrite } from '../../reconcile/stores/fenced-write.ts'
import { describeFailure } from './describe-failure.ts'
import type { BackfillJob, BackfillOutcome } from './materialise-messages.ts'
import { engineOf, portsOf, type JobEffects } from './run-job.ts'

/** A failure is an outcome; what was written before stays. */
export async function backfillPushed(job: BackfillJob, { pool, settings, place, keeper }: JobEffects): Promise<BackfillOutcome> {
  const { view, nowUs, epoch, definitions, knownFiles } = job
  const { digest } = view
  const home = { pool, environment: settings.environment }
  try {
    const { id } = await fencedWrite(home, epoch, (transaction) => ensureView(transaction, settings.environment, view))
    const report = await backfillView({
      materials: materialsOf(definitions),
      view,
      ports: portsOf(settings, place),
      nowUs,
      engine: engineOf(settings, keeper),
      knownFiles,
      write: (lines) =>
        lines === ''
          ? Promise.resolve(0)
          : fencedWrite(home, epoch, (transaction) =>
              writeLines(transaction, id, { asOfUs: nowUs, isNewerOnly: true, isBesidePushes: true, lines }),
            ),
    })
    return { digest, ...report, failure: null }
  } catch (thrown) {
    return { digest, written: 0, dataFiles: null, isOpen: false, failure: describeFailure(thrown) }
  }
}
