/** The parsed files of one commit to its resources, its graph, and the findings of all rules between manifests. */
import { compareFindings, compareText, type Finding, hasErrors } from '../core/finding.ts'
import type { Resource } from '../core/resource.ts'
import { aggregateDtype } from './aggregation-columns.ts'
import { commitChecks } from './commit-checks.ts'
import { buildCommitView, type CommitEntry, type CommitView, type StoredFile } from './commit-view.ts'
import type { FeatureSpecs } from './features/feature-specs.ts'
import { aggregatedDtype } from './features/view-rows.ts'
import { type DependencyGraph, findCycles } from './graph.ts'
import { isGlob, isInnerPath } from './inner-path.ts'
import type { DataSourceSpec } from './kinds/data-source.ts'
import type { FeatureViewSpec } from './kinds/feature-view.ts'
import type { ModelSpec } from './kinds/model.ts'
import { findingAt } from './local-finding.ts'
import type { ModelVersionSpec } from './kinds/model-version.ts'
import type { ParsedDocument, ParsedFile } from './parsed-file.ts'
import { checkViewsBehind } from './version-behind.ts'

/** A commit as a value. Paths are relative to the root of the reconciled path. */
export interface CommitContents {
  readonly files: readonly { readonly path: string; readonly parsed: ParsedFile }[]
  /** By path: those files of `artifactPaths` that exist. */
  readonly artifacts: ReadonlyMap<string, StoredFile>
  /** Those files of `dataPaths` that exist; left out: nobody looked, and nothing is said about them. */
  readonly dataFiles?: ReadonlySet<string>
}

export interface Assembly {
  /** Sorted by file and line; only what has no error of its own. Apply them only when no finding is an error. */
  readonly resources: readonly Resource[]
  /** Everything that is wrong, sorted by file, line and column. */
  readonly findings: readonly Finding[]
  readonly graph: DependencyGraph
}

export interface AssembleOptions {
  /** `proposed` (a working tree, a pull request) lets rollouts name versions that are not there yet. */
  readonly mode: 'reconciled' | 'proposed'
}

/** Paths of the model files that the manifests name, sorted, each once. */
export function artifactPaths(files: CommitContents['files']): string[] {
  const paths = new Set<string>()
  for (const { parsed } of files) {
    for (const document of parsed.documents) {
      if (document.kind !== 'ModelVersion' || document.spec === null) continue
      const { path } = (document.spec as ModelVersionSpec).artifact
      if (path !== undefined) paths.add(path)
    }
  }
  return [...paths].sort(compareText)
}

/** Paths of the data files that sources name, sorted, each once; globs name what is there. */
export function dataPaths(files: CommitContents['files']): string[] {
  const paths = new Set<string>()
  for (const { kind, spec } of files.flatMap(({ parsed }) => parsed.documents)) {
    if (kind !== 'DataSource' || spec === null) continue
    const { place } = spec as DataSourceSpec
    if (place.type === 'files' && isInnerPath(place.pattern) && !isGlob(place.pattern)) paths.add(place.pattern)
  }
  return [...paths].sort(compareText)
}

/** Applies every rule between manifests. Never throws for what a person wrote. */
export function assembleCommit(contents: CommitContents, options: AssembleOptions): Assembly {
  const view = buildCommitView(contents, options.mode)
  const graph = graphOf(view)
  const inFiles = contents.files.flatMap(({ path, parsed }) => parsed.findings.map((finding) => ({ file: path, ...finding })))
  // Nobody knows what a file in conflict holds, so nothing can be said of what others name.
  const isInConflict = inFiles.some(({ rule }) => rule === 'merge-conflict')
  const findings = [
    ...inFiles,
    ...(isInConflict ? [] : [...commitChecks.flatMap((check) => check(view)), ...cycleFindings(view, graph)]),
  ]
  const resources = view.entries.filter(isWhole).map(resourceOf)
  const later = hasErrors(findings) ? [] : checkViewsBehind(view, resources)
  return { resources, findings: [...findings, ...later].sort(compareFindings), graph }
}

/** The resources alone, without any rule between manifests: what has no error of its own, sorted by file and line. */
export function listResources(files: CommitContents['files']): readonly Resource[] {
  return buildCommitView({ files, artifacts: new Map() }, 'proposed').entries.filter(isWhole).map(resourceOf)
}

/**
 * The views whose SQL can be bound, whatever else is wrong, with all that they are made of: a view may have errors that leave its shape known,
 * what it reads may have none, and is there. Of two with one name the first counts.
 */
export function listBindable(files: CommitContents['files']): readonly Resource[] {
  const { byId, specs } = buildCommitView({ files, artifacts: new Map() }, 'proposed')
  const made = new Map([...byId].filter(([, entry]) => madeOfKinds.has(entry.document.kind) && isWhole(entry)))
  const views = [...byId].filter(([, { document }]) => document.kind === 'FeatureView' && document.spec !== null)
  for (let before = -1; before < made.size;) {
    before = made.size
    for (const [id, entry] of views) {
      const { inputs, entities } = entry.document.spec as FeatureViewSpec
      const reads = [...inputs.map(({ kind, name }) => `${kind}/${name}`), ...entities.map(({ name }) => `Entity/${name}`)]
      if (inputs.length > 0 && reads.every((read) => made.has(read))) made.set(id, entry)
    }
  }
  return [...made.values()].map(resourceOf).map((resource) => bindablePart(resource, specs))
}

/** What is expected of rows has no part in the SQL, and may be what is wrong; so may an aggregation of which nobody knows the dtype. */
function bindablePart(resource: Resource, specs: FeatureSpecs): Resource {
  if (resource.kind !== 'FeatureView') return resource
  const view = resource.spec as FeatureViewSpec
  const aggregations = view.aggregations.filter(
    ({ dtype, function: name, column }) => dtype !== null || aggregateDtype(name, aggregatedDtype(column, view, specs)) !== null,
  )
  return { ...resource, spec: { ...view, aggregations, expectations: [], tests: [] } }
}

const madeOfKinds: ReadonlySet<string> = new Set(['Entity', 'DataSource'])

function isWhole({ document }: CommitEntry): boolean {
  return document.valid && document.spec !== null
}

function resourceOf({ document, file }: CommitEntry): Resource {
  const { kind, metadata, spec, line, digest, servingDigest, trainingDigest } = document
  if (metadata === null || digest === null) throw new Error(`a valid document has metadata and a digest: ${file}:${line}`)
  return {
    ...{ kind, metadata, spec, file, line, digest },
    ...(kind === 'Model' ? onDemandLines(document, spec as ModelSpec) : {}),
    ...(servingDigest === undefined ? {} : { servingDigest }),
    ...(trainingDigest === undefined ? {} : { trainingDigest }),
  }
}

function onDemandLines({ positions, line }: ParsedDocument, { onDemand }: ModelSpec): Pick<Resource, 'onDemandLines'> {
  if (onDemand.length === 0) return {}
  return { onDemandLines: onDemand.map((_, index) => positions[`/spec/onDemand/${index}`]?.line ?? line) }
}

function graphOf(view: CommitView): DependencyGraph {
  const entries = [...view.byId.values()].sort((a, b) => compareText(a.id, b.id))
  const nodes = entries.map(({ id, document, file }) => ({
    id,
    kind: document.kind,
    name: document.name ?? '',
    environment: document.metadata?.environment ?? null,
    file,
    line: document.line,
  }))
  const edges = entries.flatMap((entry) => {
    const targets = new Set(entry.document.references.map(({ kind, name }) => `${kind}/${name}`))
    return [...targets].filter((to) => view.byId.has(to)).map((to) => ({ from: entry.id, to }))
  })
  return { nodes, edges: edges.sort((a, b) => compareText(a.from, b.from) || compareText(a.to, b.to)) }
}

function cycleFindings(view: CommitView, graph: DependencyGraph): Finding[] {
  return findCycles(graph).map((ids) => {
    const first = [...ids].sort(compareText)[0] ?? ''
    const entry = view.byId.get(first)
    if (entry === undefined) throw new Error(`a circle goes through resources of the graph: ${first}`)
    const start = ids.indexOf(first)
    const way = [...ids.slice(start), ...ids.slice(0, start), first].join(' → ')
    const position = entry.document.positions[''] ?? { line: entry.document.line, column: 1 }
    return { file: entry.file, ...findingAt(position, { rule: 'reference-cycle', message: `expected no circle, found ${way}` }) }
  })
}
