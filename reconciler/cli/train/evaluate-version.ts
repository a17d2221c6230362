/** Judges a model file by the rows that it was not trained on: measurements against production, tests, checks, and the verdict of its gates. */
import type { Evaluation } from '../../core/evaluation.ts'
import type { MeasurementRequest } from '../../core/measurement.ts'
import type { ModelVerdict } from '../../core/verdict.ts'
import { evaluateModel } from '../../evaluation/evaluate-model.ts'
import type { EvaluatedProduction } from '../../evaluation/evaluation-request.ts'
import { judgeVersion } from '../../gates/judge-version.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import { ruleSetsOf, waiversOf } from '../../manifests/rule-sets.ts'
import { wantedMeasurements } from '../../rules/wanted-measurements.ts'
import type { Progress } from '../features/progress.ts'
import { evaluationSettings } from './digest-evaluation.ts'
import { openDatasetRows } from './dataset-rows.ts'
import type { MadeDataset } from './find-dataset.ts'
import { listExpectations } from './list-expectations.ts'
import type { OpenTraining } from './open-training.ts'
import type { Production } from './production.ts'
import type { EvaluationSubject } from './evaluation-subject.ts'
import { replayRecorded } from './replay-recorded.ts'
import { testBehaviour } from './test-behaviour.ts'

export interface Judgement {
  readonly evaluation: Evaluation
  readonly verdict: ModelVerdict
}

export async function evaluateVersion(subject: EvaluationSubject, opened: OpenTraining, progress: Progress): Promise<Judgement> {
  const { model, spec, judges, dataset, checks, part } = subject
  const wanted = wantedOf(subject)
  const rows = await openDatasetRows({
    folder: dataset.folder,
    part,
    side: sideColumns(spec, wanted),
    resampleBy: spec.evaluation.resampleBy,
    weights: spec.training?.weights ?? null,
    engine: { ...opened.engine, folders: [dataset.folder] },
  })
  try {
    progress.step(`${model}: evaluation`)
    const request = await buildRequest(subject, wanted)
    const scored = await evaluateModel(request, rows, {
      signal: opened.engine.signal,
      onProgress: (n) => progress.step(`${model}: ${n} of ${rows.rows} rows`),
    })
    const expectations = listExpectations(dataset.report.checks)
    progress.step(`${model}: behaviour tests`)
    const tests = await testBehaviour(subject, part, opened)
    const replay = await replayRecorded(subject)
    const evaluation: Evaluation = {
      ...scored,
      tests,
      expectations,
      dataChecks: checks,
      ...(replay === null ? {} : { replay }),
    }
    const verdict = judgeVersion({
      ruleSets: ruleSetsOf(judges.spec, judges.resources),
      waivers: waiversOf(judges.resources),
      judged: {
        evaluation,
        artifact: subject.artifact,
        dataset: { rows: countRows(dataset) },
        columns: dataset.report.sideColumns,
      },
      model,
      version: subject.version,
      nowMicros: opened.now,
    })
    return { evaluation, verdict }
  } finally {
    await rows.close()
  }
}

function countRows({ report }: MadeDataset): Readonly<Record<string, number>> {
  return Object.fromEntries(report.parts.map(({ name, rows }) => [name, rows]))
}

/** Groups by a column that the change no longer keeps beside its rows are not measured: rules on them say so, and block. */
function wantedOf({ judges, dataset }: EvaluationSubject): readonly MeasurementRequest[] {
  const ruleSets = [...ruleSetsOf(judges.spec, judges.resources), ...judges.besides]
  return wantedMeasurements(ruleSets).filter(({ by }) => by.every((column) => dataset.report.sideColumns.includes(column)))
}

function sideColumns({ evaluation }: ModelSpec, wanted: readonly MeasurementRequest[]): readonly string[] {
  return [...new Set([...evaluation.slices.map(({ by }) => by), ...wanted.flatMap(({ by }) => by)])]
}

async function buildRequest(subject: EvaluationSubject, requests: readonly MeasurementRequest[]) {
  const { spec, bytes, layout, labels, part } = subject
  const { evaluation, decision, task } = spec
  const { resampleBy } = evaluation
  return {
    task,
    part,
    candidate: { bytes, layout, ...(decision === undefined ? {} : { threshold: decision.threshold }) },
    production: await readProduction(subject.production),
    baseline: labels.baseline,
    positiveClass: evaluation.positiveClass,
    classes: task === 'multiclass-classification' ? labels.classes.map(String) : null,
    metrics: evaluation.metrics,
    slices: evaluation.slices,
    requests,
    clustersBy: resampleBy === null ? null : resampleBy.type === 'day' ? 'day' : resampleBy.column,
    weights: spec.training?.weights ?? null,
    ...evaluationSettings,
    seed: spec.training?.trainer?.seed ?? 0,
  }
}

async function readProduction({ served, because }: Production): Promise<EvaluatedProduction> {
  if (served === null) return { version: null, because }
  const { version, sha256, layout, threshold } = served
  return {
    version,
    artifact: `sha256:${sha256}`,
    bytes: await served.read(),
    layout,
    ...(threshold === undefined ? {} : { threshold }),
  }
}
