/** Definitions of features from manifests as people write them. */
import { buildFeatureDefinitions, type FeatureDefinitions } from '../../../../reconciler/manifests/feature-definitions.ts'
import { assembleCommit } from '../../../../reconciler/manifests/assemble.ts'
import { parseFile } from '../../../../reconciler/manifests/parse-file.ts'
import { projectExample } from '../../../../reconciler/manifests/rules/examples.ts'

/** A view, its sources and its entities; each begins with its kind, `FeatureView weather`, and goes on with its spec in YAML. */
export function manifest(head: string, spec: string): string {
  const [kind = '', name = ''] = head.split(' ')
  const lines = spec.replace(/^\n/, '').split('\n')
  return `apiVersion: mainward.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n${lines.map((line) => `  ${line}`).join('\n')}\n`
}

/** Throws when a manifest has an error: what is tested here begins with valid ones. */
export function definitionsOf(...manifests: readonly string[]): FeatureDefinitions {
  const files = [projectExample, ...manifests].map((text, index) => ({
    path: index === 0 ? 'mainward.yaml' : `${index}.yaml`,
    parsed: parseFile(new TextEncoder().encode(text)),
  }))
  const { findings, resources } = assembleCommit({ files, artifacts: new Map() }, { mode: 'proposed' })
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ message, hint }) => `${message} ${hint ?? ''}`).join('\n'))
  return buildFeatureDefinitions(resources)
}
