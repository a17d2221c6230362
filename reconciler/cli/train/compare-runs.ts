/** Whether two runs of the same inputs gave the same model: byte by byte, and score by score on the part that judged the first. */
import type { Digest } from '../../core/digest.ts'
import type { ReproductionOutcome } from '../../core/evaluation.ts'
import type { Evidence } from '../../core/evidence.ts'
import type { Resource } from '../../core/resource.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import { buildRelease } from '../../manifests/release.ts'
import { describeArtifact } from '../import/place-artifact.ts'
import { compareScores } from './compare-scores.ts'
import { openDatasetRows } from './dataset-rows.ts'
import type { MadeDataset } from './find-dataset.ts'
import type { OpenTraining } from './open-training.ts'
import { layoutOf } from './production.ts'
import { readModelFile } from './read-model-file.ts'

export interface ComparedRuns {
  readonly opened: OpenTraining
  readonly model: Resource<ModelSpec>
  /** Of the first run. */
  readonly version: Resource<ModelVersionSpec>
  readonly evidence: Evidence
  /** Of the second. */
  readonly dataset: MadeDataset
  readonly bytes: Uint8Array
}

/** Scores of 32-bit floats that are nearer to each other than this are the same. */
const tolerance = 1e-5

/** Throws `artifact-missing` where the model file of the first run is nowhere. */
export async function compareRuns(runs: ComparedRuns): Promise<ReproductionOutcome> {
  const { opened, model, version, evidence, dataset, bytes } = runs
  const before = await readModelFile(version.spec, opened)
  const rows = await openDatasetRows({
    folder: dataset.folder,
    part: evidence.evaluation.part,
    side: [],
    resampleBy: null,
    weights: null,
    engine: { ...opened.engine, folders: [dataset.folder] },
  })
  try {
    // Both by the signature of the version: it is of the same inputs.
    const layout = layoutOf(buildRelease(version, model))
    const difference = await compareScores({ rows, layout, files: [before, bytes], tolerance })
    return {
      version: version.spec.version,
      sameArtifact: describeArtifact(bytes, '').sha256 === version.spec.artifact.sha256,
      sameDataset: dataset.report.digest === evidence.dataset.digest,
      datasetDigest: dataset.report.digest as Digest,
      maximumScoreDifference: difference.maximum,
      rowsBeyondTolerance: difference.beyond,
      rows: difference.rows,
    }
  } finally {
    await rows.close()
  }
}
