/** Evaluates a version again from data and model file: as of the time, and against the version, that its evidence names. */
import { MainwardError } from '../../core/error.ts'
import type { Evaluation } from '../../core/evaluation.ts'
import type { Evidence } from '../../core/evidence.ts'
import type { Resource } from '../../core/resource.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { CommandInput } from '../command.ts'
import type { CliContext } from '../context.ts'
import { createProgress, type Progress } from '../features/progress.ts'
import { describeArtifact } from '../import/place-artifact.ts'
import { chooseModels } from './choose-models.ts'
import { compareEvidence, type RecomputedEvidence } from './compare-evidence.ts'
import { judge, readFacts } from './judge-model.ts'
import { type OpenTraining, withTraining } from './open-training.ts'
import { describeServed, type Production } from './production.ts'
import { readModelFile } from './read-model-file.ts'
import { surveyModel } from './survey-model.ts'
import { trainingAsOf } from './training-as-of.ts'

export interface Recomputed {
  readonly evaluation: Evaluation
  readonly compared: RecomputedEvidence
}

/** Throws `artifact-mismatch` for a model file that is another one, `usage` for a model without a trainer, and what evaluation throws. */
export async function recomputeVersion(
  context: CliContext,
  input: CommandInput,
  version: ModelVersionSpec,
  evidence: Evidence,
): Promise<Recomputed> {
  const progress = createProgress(context.terminal)
  return withTraining(context, input, (opened) =>
    recompute({ opened: trainingAsOf(opened, version.version, evidence), progress, version, evidence }),
  ).finally(progress.end)
}

interface Work {
  readonly opened: OpenTraining
  readonly progress: Progress
  readonly version: ModelVersionSpec
  readonly evidence: Evidence
}

async function recompute({ opened, progress, version, evidence }: Work): Promise<Recomputed> {
  const [model] = chooseModels(opened.resources, [version.model])
  if (model === undefined) throw new Error('one name gives one model')
  const bytes = await readBytes(version, opened)
  const spec = asServed(model.spec, version)
  const survey = await surveyModel({ ...model, spec }, opened, { force: true, progress })
  const { report, judgement } = await judge(survey, opened, {
    version: version.version,
    progress,
    records: null,
    bytes,
    production: findCompared(model, opened, evidence),
    judges: await opened.rules.judgesOf(version.model, spec),
    facts: await readFacts(survey, opened),
  })
  const { evaluation } = judgement
  return { evaluation, compared: compareEvidence(evidence, { digest: report.digest, evaluation }) }
}

/** The Model of today with what the version embeds. */
function asServed({ decision: _, ...spec }: ModelSpec, { nulls, decision }: ModelVersionSpec): ModelSpec {
  return { ...spec, nulls, ...(decision === undefined ? {} : { decision }) }
}

async function readBytes(version: ModelVersionSpec, opened: OpenTraining): Promise<Uint8Array> {
  const bytes = await readModelFile(version, opened)
  const { sha256 } = describeArtifact(bytes, '')
  if (sha256 === version.artifact.sha256) return bytes
  throw new MainwardError(
    'artifact-mismatch',
    `version ${version.version} of ${version.model}: expected the model file ${version.artifact.sha256}, found ${sha256}`,
    { hint: 'restore the file from git: a version keeps the file that it was written with' },
  )
}

/** Production has moved on since: what was compared with is looked for among the versions. */
function findCompared(model: Resource<ModelSpec>, opened: OpenTraining, { evaluation }: Evidence): Production {
  const { production } = evaluation
  if (production.version === null) return { served: null, because: production.because }
  const { version: number, artifact } = production
  const found = opened.resources.find(
    ({ kind, metadata }) => kind === 'ModelVersion' && metadata.name === `${model.metadata.name}-${number}`,
  ) as Resource<ModelVersionSpec> | undefined
  if (found === undefined || artifact !== `sha256:${found.spec.artifact.sha256}`) {
    return { served: null, because: `version ${number}, which it was compared with, is not here` }
  }
  return { served: describeServed(found, model, () => readModelFile(found.spec, opened)) }
}
