/** What a training that was forced says of the version that has the same inputs: whether both came out the same. */
import { MainwardError } from '../../core/error.ts'
import type { ReproductionOutcome } from '../../core/evaluation.ts'
import { chooseModels } from './choose-models.ts'
import { compareRuns } from './compare-runs.ts'
import type { MadeDataset } from './find-dataset.ts'
import { readEvidence } from './known-evidence.ts'
import type { OpenTraining } from './open-training.ts'
import type { Survey } from './survey-model.ts'

export interface EarlierComparison {
  /** Null: no version of the tree has the same inputs, or its model file is gone. */
  readonly reproduction: ReproductionOutcome | null
  /** Whole sentences. */
  readonly notes: readonly string[]
}

interface NewRun {
  readonly dataset: MadeDataset
  readonly bytes: Uint8Array
}

/** With the newest version of the same inputs. */
export async function compareWithEarlier(survey: Survey, opened: OpenTraining, run: NewRun): Promise<EarlierComparison> {
  const known = survey.versions.map((version) => ({ version, evidence: readEvidence(version.spec.evidence) }))
  const earlier = known.findLast(({ evidence }) => evidence?.inputsDigest === survey.inputsDigest)
  const [model] = chooseModels(opened.resources, [survey.tree.name])
  if (earlier === undefined || earlier.evidence === null || model === undefined) return { reproduction: null, notes: [] }
  const { version, evidence } = earlier
  try {
    return { reproduction: await compareRuns({ opened, model, version, evidence, ...run }), notes: [] }
  } catch (thrown) {
    if (!(thrown instanceof MainwardError) || thrown.code !== 'artifact-missing') throw thrown
    const note = `version ${version.spec.version} has the same inputs, and is not compared: ${thrown.message}`
    return { reproduction: null, notes: [note] }
  }
}
