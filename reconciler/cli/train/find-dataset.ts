/** The training set of a model: its digest, without rows where files and definitions tell it; its folder when it is needed. */
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { digestValue, shortDigest, type Digest } from '../../core/digest.ts'
import type { Evidence } from '../../core/evidence.ts'
import type { DatasetReport } from '../../features/dataset/dataset-report.ts'
import { fillOutFolder } from '../../features/dataset/out-folder.ts'
import { writeDataset } from '../../features/dataset/write-dataset.ts'
import type { TrainingDefinition } from '../../manifests/feature-definitions.ts'
import type { Progress } from '../features/progress.ts'
import { digestSources, isSettled } from './digest-sources.ts'
import type { OpenTraining } from './open-training.ts'

export interface MadeDataset {
  readonly folder: string
  readonly report: DatasetReport
}

export interface FoundDataset {
  readonly digest: Digest
  /** Of files and definitions; null: they do not tell it. */
  readonly sources: Digest | null
  /** Makes the files, or finds those of an earlier command. */
  readonly make: () => Promise<MadeDataset>
}

export interface DatasetRequest {
  readonly training: TrainingDefinition
  readonly opened: OpenTraining
  readonly progress: Progress
  /** Of versions in the tree: what they were trained from is known. */
  readonly evidence: readonly Evidence[]
  /** Reads rows again, whatever is remembered. */
  readonly fresh: boolean
}

export async function findDataset(request: DatasetRequest): Promise<FoundDataset> {
  const { training, opened, evidence, fresh } = request
  const trainingInputs = requireInputs(request)
  const sources = await digestSources({
    training,
    definitions: opened.definitions,
    trainingInputs,
    files: opened.ports.files,
    digestFile: ({ localPath }) => opened.fileDigests.digest(localPath),
    listPushed: opened.listPushed,
    now: opened.now,
  })
  const known = sources === null || fresh ? null : (opened.datasetDigests.find(sources) ?? fromEvidence(evidence, sources))
  if (known !== null) return { digest: known, sources, make: once(() => makeDataset(request, sources)) }
  const made = await makeDataset(request, sources)
  const settled = sources !== null && isSettled(made.report)
  const digest = made.report.digest as Digest
  if (settled) await opened.datasetDigests.keep(sources, digest)
  return { digest, sources: settled ? sources : null, make: () => Promise.resolve(made) }
}

function fromEvidence(evidence: readonly Evidence[], sources: Digest): Digest | null {
  return evidence.find(({ dataset }) => dataset.sources === sources)?.dataset.digest ?? null
}

/** Made when it is first asked for. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  const made: { value?: Promise<T> } = {}
  return () => (made.value ??= make())
}

function requireInputs({ training: { model }, opened }: DatasetRequest): Digest {
  const found = opened.digests.trainingInputs.get(model)
  if (found === undefined) throw new Error(`the model ${model} has training inputs`)
  return found
}

/** One folder a model is kept: the newest. */
async function makeDataset(request: DatasetRequest, sources: Digest | null): Promise<MadeDataset> {
  const { training, opened, progress, fresh } = request
  const { definitions, ports, commit, now } = opened
  const folder = opened.datasets
  const key = sources ?? digestValue({ now, commit, inputs: requireInputs(request) })
  const name = `${training.model}-${shortDigest(key)}`
  const out = join(folder, name)
  const kept = sources === null || fresh ? null : await readReport(out)
  // Where rows wait to be known, the same files give others later.
  if (kept !== null && isSettled(kept)) return { folder: out, report: kept }
  const engine = { ...opened.engine, ...progress.engine }
  const common = { training, definitions, ports, asOf: now, trainingInputs: requireInputs(request), commit, engine }
  const report = await fillOutFolder(out, (half) => writeDataset({ ...common, folder: half, onStep: progress.step }))
  const isOurs = (other: string): boolean => other.startsWith(`${training.model}-`) && /^[0-9a-f]{12}$/.test(other.slice(-12))
  await removeOthers(folder, name, (other) => isOurs(other) && other.length === name.length)
  return { folder: out, report }
}

/** What earlier commands left: one training set a model is kept. */
async function removeOthers(folder: string, name: string, isOurs: (name: string) => boolean): Promise<void> {
  const others = (await readdir(folder)).filter((other) => other !== name && isOurs(other))
  for (const other of others) await rm(join(folder, other), { recursive: true, force: true })
}

async function readReport(out: string): Promise<DatasetReport | null> {
  const file = join(out, 'dataset.json')
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as DatasetReport) : null
}
