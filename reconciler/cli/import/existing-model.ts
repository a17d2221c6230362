/** What a repository already says about a model that is to be imported. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { CommitContents } from '../../manifests/assemble.ts'
import type { ModelSpec } from '../../manifests/kinds/model.ts'
import type { ModelVersionSpec } from '../../manifests/kinds/model-version.ts'
import type { ProjectSpec } from '../../manifests/kinds/project.ts'
import type { RolloutSpec } from '../../manifests/kinds/rollout.ts'
import type { ParsedDocument } from '../../manifests/parsed-file.ts'
import { selectManifestPaths } from '../../manifests/select-files.ts'

export interface ExistingModel {
  readonly project: ProjectSpec
  readonly model: { readonly file: string; readonly spec: ModelSpec } | null
  readonly versions: readonly ModelVersionSpec[]
  readonly rollouts: readonly ExistingRollout[]
}

export interface ExistingRollout {
  readonly file: string
  readonly environment: string
  readonly spec: RolloutSpec
  /** Line of the first version that it names. */
  readonly line: number
}

/** Throws `usage` without a Project, `invalid-input` where what is there can not be read. */
export function findExisting({ files }: CommitContents, name: string): ExistingModel {
  const documents = files.flatMap(({ path, parsed }) => parsed.documents.map((document) => ({ file: path, document })))
  const project = documents.find(({ file, document }) => file === 'mainward.yaml' && document.kind === 'Project')
  if (project === undefined) {
    throw new MainwardError('usage', 'expected a Project in mainward.yaml, found none', { hint: 'mainward init makes one' })
  }
  const own = documents.filter(({ document }) => belongsTo(document, name))
  const broken = [project, ...own].find(({ document }) => document.spec === null)
  if (broken !== undefined) {
    throw new MainwardError('invalid-input', `${broken.file} can not be read: it has errors`, {
      hint: 'mainward validate lists them',
    })
  }
  const ofKind = (kind: string) => own.filter(({ document }) => document.kind === kind)
  const [model] = ofKind('Model')
  return {
    project: project.document.spec as ProjectSpec,
    model: model === undefined ? null : { file: model.file, spec: model.document.spec as ModelSpec },
    versions: ofKind('ModelVersion').map(({ document }) => document.spec as ModelVersionSpec),
    rollouts: ofKind('Rollout').map(({ file, document }) => ({
      file,
      environment: document.metadata?.environment ?? '',
      spec: document.spec as RolloutSpec,
      line: document.references.find(({ kind }) => kind === 'ModelVersion')?.position.line ?? document.line,
    })),
  }
}

function belongsTo({ kind, name, references }: ParsedDocument, model: string): boolean {
  if (kind === 'ModelVersion') return references.some((reference) => reference.kind === 'Model' && reference.name === model)
  return (kind === 'Model' || kind === 'Rollout') && name === model
}

export function nextVersion({ versions }: ExistingModel): number {
  return Math.max(0, ...versions.map(({ version }) => version)) + 1
}

/** Throws `usage` for a manifest that the Project would not read. */
export function assertIncluded({ project }: ExistingModel, paths: readonly string[]): void {
  const left = paths.filter((path) => !selectManifestPaths([path], project).includes(path))
  if (left.length === 0) return
  throw new MainwardError('usage', `the Project's include takes no file ${left.join(', ')}`, {
    hint: 'add a glob to spec.include in mainward.yaml, for example models/**',
  })
}
