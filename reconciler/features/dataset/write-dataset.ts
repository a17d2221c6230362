/** Makes a training set: joins label rows with the values of their views, and writes its files. It knows no command and no git. */
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import { formatInstant } from '../../core/instant.ts'
import type { FeatureDefinitions, TrainingDefinition } from '../../manifests/feature-definitions.ts'
import { openComputation, type Computation, type ComputationPorts } from '../compute/open-computation.ts'
import { digestRows } from '../digest/digest-rows.ts'
import type { Engine, EngineRow } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/open-engine.ts'
import { quoteName } from '../engine/quote.ts'
import { findSparseViews } from '../join/find-sparse-views.ts'
import type { SourceReport } from '../sources/prepare-source.ts'
import { viewRelation } from '../views/build-view-table.ts'
import {
  buildContent,
  buildCounts,
  buildJoinedRows,
  buildJoinRequest,
  buildPartFile,
  buildSideFile,
  contentColumns,
} from './build-content.ts'
import { buildJudgedRows, buildLabelRows, datasetRelations, dropReasons, type DropReason } from './build-label-rows.ts'
import { checkRows } from './check-rows.ts'
import { countSlices } from './count-slices.ts'
import { checkWeights, measureWeights } from './measure-weights.ts'
import { computeOnDemand } from './compute-on-demand.ts'
import { buildDatasetReport, partFiles, type DatasetReport } from './dataset-report.ts'
import { planDataset, type DatasetPlan } from './plan-dataset.ts'

export interface DatasetRequest {
  readonly training: TrainingDefinition
  readonly definitions: FeatureDefinitions
  readonly ports: ComputationPorts
  /** Microseconds since the epoch: what was known then. It is the data clock, too. */
  readonly asOf: bigint
  /** Of the definitions: `digestFeatures`. */
  readonly trainingInputs: Digest
  /** What the definitions and files were read from; null: a working tree. */
  readonly commit: string | null
  /** An empty folder, for the files. */
  readonly folder: string
  readonly engine: EngineOptions
  /** What is being done now, in words. */
  readonly onStep?: (step: string) => void
}

/**
 * Writes `train.parquet`, `validation.parquet` and `test.parquet`, what stands beside their rows below `side/`, and `dataset.json`. Throws
 * what `openComputation` throws, and `invalid-input` when no row is left for a part. The folder is the caller's to remove then.
 */
export async function writeDataset(request: DatasetRequest): Promise<DatasetReport> {
  const { training, definitions, asOf, onStep } = request
  // The engine lets statements reach real paths alone.
  const folder = await realpath(request.folder)
  const plan = planDataset(training, definitions)
  const computation = await openComputation({
    materials: definitions,
    wanted: { views: [...new Set(plan.views.map(({ view }) => view.name))], sources: [plan.source.name] },
    ports: request.ports,
    times: { now: asOf, asOf, ranges: new Map(plan.range === null ? [] : [[plan.source.name, plan.range]]) },
    engine: { ...request.engine, folders: [...(request.engine.folders ?? []), folder] },
    onStep: ({ kind, name }) => onStep?.(`${kind}/${name}`),
  })
  try {
    const report = await makeFiles({ ...request, folder }, plan, computation)
    await writeFile(join(folder, 'dataset.json'), `${JSON.stringify(report, null, 2)}\n`)
    return report
  } finally {
    await computation.engine.close()
  }
}

async function makeFiles(request: DatasetRequest, plan: DatasetPlan, computation: Computation): Promise<DatasetReport> {
  const { definitions, asOf, onStep } = request
  const { engine, sources, views } = computation
  onStep?.('expectations')
  const checks = await checkRows(computation, definitions, asOf)
  onStep?.('label rows')
  await engine.query(buildJudgedRows(plan, asOf))
  await engine.query(buildLabelRows(plan))
  await checkWeights(engine, plan)
  const dropped = await engine.query(
    `select "__reason" as reason, count(*) as n from ${quoteName(datasetRelations.judged)} where "__reason" is not null group by all`,
  )
  onStep?.('join')
  const join = buildJoinRequest(plan, definitions.entities, { types: await readTypes(engine, plan), asOf })
  await engine.query(buildJoinedRows(await findSparseViews(engine, join)))
  if (plan.onDemand !== null) onStep?.('on-demand features')
  const onDemand = await computeOnDemand(engine, plan)
  await engine.query(buildContent(plan))
  const counts = await engine.query(buildCounts(plan))
  assertParts(
    plan,
    counts,
    dropped,
    sources.find(({ source }) => source === plan.source.name),
  )
  await writeParts(request, plan, engine)
  onStep?.('digest')
  const digest = await digestRows(
    engine,
    { relation: datasetRelations.content, isOrdered: plan.onDemand === null },
    contentColumns(plan),
  )
  const weights = await measureWeights(engine, plan)
  const slices = await countSlices(engine, plan)
  const { training, trainingInputs, commit } = request
  return buildDatasetReport({
    model: training.model,
    plan,
    digest,
    trainingInputs,
    commit,
    asOf,
    sources,
    views,
    checks,
    weights,
    slices,
    dropped,
    counts,
    onDemand,
  })
}

async function readTypes(engine: Engine, { views }: DatasetPlan) {
  const types = new Map<string, ReadonlyMap<string, string>>()
  for (const { prefix, view } of views) {
    const rows = await engine.query(`select column_name as name, column_type as type from (describe ${viewRelation(view.name)})`)
    types.set(prefix, new Map(rows.map(({ name, type }) => [String(name), String(type)])))
  }
  return types
}

async function writeParts({ folder, onStep }: DatasetRequest, plan: DatasetPlan, engine: Engine): Promise<void> {
  await mkdir(join(folder, 'side'))
  for (const { name } of plan.parts) {
    onStep?.(`${name}.parquet`)
    const { file, sideFile } = partFiles(name)
    await engine.query(buildPartFile(plan, name, join(folder, file)))
    await engine.query(buildSideFile(plan, name, join(folder, sideFile)))
  }
}

/** A trainer that gets an empty file fails later, and says less. */
function assertParts(
  { parts, source, split }: DatasetPlan,
  counts: readonly EngineRow[],
  dropped: readonly EngineRow[],
  report: SourceReport | undefined,
): void {
  const empty = parts.find(({ name }) => !counts.some(({ part }) => part === name))
  if (empty === undefined) return
  const by = split === null ? '' : ` (by ${split.splitBy}${stretch(empty)})`
  throw new MainwardError(
    'invalid-input',
    `no row of the source ${source.name} is left for the part ${empty.name}${by}; ${explainLoss(dropped, report)}`,
    { hint: 'correct training.data of the model, or bring rows of that time' },
  )
}

/** Rows that the source itself left out are not among the judged ones. */
function explainLoss(dropped: readonly EngineRow[], report: SourceReport | undefined): string {
  const own: readonly (readonly [bigint, string])[] = [
    [report?.droppedNullEventTime ?? 0n, 'no event time'],
    [report?.leftOutKnownLater ?? 0n, 'could be read only later'],
  ]
  const lost = [
    ...own.filter(([n]) => n > 0n).map(([n, reason]) => `${n} ${reason}`),
    ...dropped.map(({ reason, n }) => `${String(n)} ${dropReasons[reason as DropReason]}`),
  ]
  if (lost.length > 0) return `rows left out: ${lost.join(', ')}`
  return report?.rows === 0n ? 'the source has no rows' : 'no row is of that time'
}

function stretch({ from, until }: DatasetPlan['parts'][number]): string {
  return `${from === null ? '' : ` from ${formatInstant(from)}`}${until === null ? '' : ` until ${formatInstant(until)}`}`
}
