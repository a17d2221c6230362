/** The rules between manifests, each a function from the commit to its findings. */
import type { Finding } from '../core/finding.ts'
import { findingIn, findingOn, type CommitEntry, type CommitView } from './commit-view.ts'
import type { ModelVersionSpec } from './kinds/model-version.ts'
import type { ProjectSpec } from './kinds/project.ts'
import { checkDataFiles } from './data-file-checks.ts'
import { checkFallbacks } from './fallback-checks.ts'
import { checkFeatureViews } from './features/view-checks.ts'
import { findingAt } from './local-finding.ts'
import { createHints, didYouMean, listNames } from './nearest-name.ts'
import { checkGates } from './gate-checks.ts'
import { checkWaivers } from './waiver-checks.ts'
import { checkRecordings } from './recording-checks.ts'
import { checkOnDemand } from './features/on-demand-checks.ts'
import { checkBehaviourTests } from './features/test-value-checks.ts'
import { checkTraining } from './features/training-checks.ts'
import { checkBehind } from './version-behind.ts'

/** The file that holds the Project, at the root of the reconciled path. */
export const projectPath = 'mainward.yaml'

export const maximumArtifactBytes = 1024 * 1024

export const commitChecks: readonly ((view: CommitView) => readonly Finding[])[] = [
  checkProject,
  checkDuplicates,
  checkReferences,
  checkFallbacks,
  checkRecordings,
  checkFeatureViews,
  checkTraining,
  checkOnDemand,
  checkBehaviourTests,
  checkGates,
  checkWaivers,
  checkDataFiles,
  checkEnvironments,
  checkArtifacts,
  checkBehind,
  checkUnusedModels,
]

function checkProject(view: CommitView): Finding[] {
  const projects = view.entries.filter(({ document }) => document.kind === 'Project')
  const strays = projects.filter(({ file }) => file !== projectPath)
  const extra = projects.filter(({ file }) => file === projectPath).slice(1)
  const findings = [...strays, ...extra].map((entry) => {
    const message = `expected one Project, in ${projectPath}, found another`
    return findingIn(entry, '', { rule: 'project-file', message })
  })
  const file = view.files.find(({ path }) => path === projectPath)
  const isBroken = file?.parsed.findings.some(({ severity }) => severity === 'error') ?? false
  if (projects.some((entry) => entry.file === projectPath) || isBroken) return findings
  const found = file === undefined ? 'no such file' : 'none in it'
  const message = `expected a Project in ${projectPath}, found ${found}`
  const hint = 'mainward init writes one; or is the path wrong?'
  return [...findings, { file: projectPath, ...findingAt({ line: 1, column: 1 }, { rule: 'missing-project', message, hint }) }]
}

function checkDuplicates(view: CommitView): Finding[] {
  return view.entries.flatMap((entry) => {
    const first = view.byId.get(entry.id)
    if (entry.document.name === null || first === undefined || first === entry) return []
    const name = `${entry.document.kind} ${entry.id.slice(entry.id.indexOf('/') + 1)}`
    const message = (other: CommitEntry): string => {
      const line = other.document.positions['/metadata/name']?.line ?? other.document.line
      return `expected the name of ${name} once, found it also in ${other.file}:${line}`
    }
    return [
      findingIn(first, '/metadata/name', { rule: 'duplicate-name', message: message(entry) }),
      findingIn(entry, '/metadata/name', { rule: 'duplicate-name', message: message(first) }),
    ]
  })
}

function checkReferences(view: CommitView): Finding[] {
  const hints = new Map([...view.namesByKind].map(([kind, names]) => [kind, createHints(names)]))
  return view.entries.flatMap((entry) =>
    entry.document.references.flatMap((reference): Finding[] => {
      const { kind, name, position } = reference
      if (view.byId.has(`${kind}/${name}`)) return []
      if (kind === 'ModelVersion') return [pendingVersion(view, entry, reference)]
      const message = `expected the name of ${kind === 'Entity' ? 'an' : 'a'} ${kind}, found ${name}`
      return [findingOn(entry, position, { rule: 'unresolved-reference', message, hint: hints.get(kind)?.(name) })]
    }),
  )
}

function pendingVersion(view: CommitView, entry: CommitEntry, reference: CommitEntry['document']['references'][number]): Finding {
  const number = reference.name.slice(reference.name.lastIndexOf('-') + 1)
  const model = entry.document.name ?? ''
  const existing = (view.versionsByModel.get(model) ?? []).map(({ spec }) => spec.version)
  const found = existing.length === 0 ? 'none' : listNames(existing)
  const message = `expected a version of ${model} that exists (${found}), found ${number}`
  const hint =
    existing.length === 0
      ? `mainward train ${model} or mainward import ${model} makes one`
      : `name one of ${found}, or train or import version ${number}`
  const finding = findingOn(entry, reference.position, { rule: 'version-pending', message, hint })
  return view.mode === 'proposed' ? { ...finding, severity: 'warning' } : finding
}

function checkEnvironments(view: CommitView): Finding[] {
  const project = view.entries.find(({ document, file }) => document.kind === 'Project' && file === projectPath)
  if (project === undefined || project.document.spec === null) return []
  const names = Object.keys((project.document.spec as ProjectSpec).environments)
  return view.entries.flatMap((entry) => {
    const environment = entry.document.metadata?.environment
    if (environment === undefined || names.includes(environment)) return []
    const message = `expected an environment of the Project (${listNames(names)}), found ${environment}`
    const problem = { rule: 'unknown-environment', message, hint: didYouMean(environment, names) } as const
    return [findingIn(entry, '/metadata/environment', problem)]
  })
}

function checkArtifacts(view: CommitView): Finding[] {
  return view.entries.flatMap((entry): Finding[] => {
    if (entry.document.kind !== 'ModelVersion' || entry.document.spec === null) return []
    const { artifact } = entry.document.spec as ModelVersionSpec
    if (artifact.path === undefined) return []
    const stored = view.artifacts.get(artifact.path)
    if (stored === undefined) {
      const message = `expected the model file ${artifact.path}, found no such file in the commit`
      return [findingIn(entry, '/spec/artifact/path', { rule: 'artifact-missing', message })]
    }
    const findings: Finding[] = []
    if (stored.sizeBytes > maximumArtifactBytes) {
      const message = `expected a model file of at most ${maximumArtifactBytes} bytes in git, found ${stored.sizeBytes}`
      findings.push(
        findingIn(entry, '/spec/artifact/path', { rule: 'artifact-too-large', message, hint: 'mainward import stores it' }),
      )
    }
    if (stored.sha256 !== artifact.sha256) {
      const message = `expected the sha256 of ${artifact.path}, ${stored.sha256}, found ${artifact.sha256}`
      findings.push(findingIn(entry, '/spec/artifact/sha256', { rule: 'artifact-mismatch', message }))
    }
    if (stored.sizeBytes !== artifact.sizeBytes) {
      const message = `expected the size of ${artifact.path}, ${stored.sizeBytes}, found ${artifact.sizeBytes}`
      findings.push(findingIn(entry, '/spec/artifact/sizeBytes', { rule: 'artifact-mismatch', message }))
    }
    return findings
  })
}

function checkUnusedModels(view: CommitView): Finding[] {
  const used = new Set(view.entries.filter(({ document }) => document.kind === 'Rollout').map(({ document }) => document.name))
  return view.entries
    .filter(({ document }) => document.kind === 'Model' && document.name !== null && !used.has(document.name))
    .map((entry) => {
      const message = `expected a Rollout named ${entry.document.name}, found none: the model is not served`
      return findingIn(entry, '/metadata/name', { rule: 'model-without-rollout', message })
    })
}
