/** A commit whose model learns from views, for the tests of this folder: one file, with pieces replaced. */
import { renderFindings } from '../../reconciler/manifests/findings-text.ts'
import { trainingExample } from '../../reconciler/manifests/rules/examples.ts'
import { assembleWith, soundFiles, type CommitOptions } from './commit-of.ts'
import type { Assembly } from '../../reconciler/manifests/assemble.ts'

export type Change = readonly [from: string, to: string]

export const featureFile = 'features.yaml'

export function changeText(text: string, changes: readonly Change[]): string {
  return changes.reduce((current, [from, to]) => {
    if (!current.includes(from)) throw new Error(`nothing to replace: ${from}`)
    return current.replace(from, to)
  }, text)
}

/** The commit, with pieces of `features.yaml` replaced; without the warning that its version embeds the view as it was. */
export function assembleFeatures(changes: readonly Change[] = [], options: CommitOptions = {}): Assembly {
  const elsewhere = Object.keys(soundFiles).filter((path) => path !== 'mainward.yaml')
  const files = {
    ...Object.fromEntries(elsewhere.map((path) => [path, null])),
    [featureFile]: changeText(trainingExample, changes),
  }
  const { findings, ...assembly } = assembleWith(files, options)
  return { ...assembly, findings: findings.filter(({ rule }) => rule !== 'version-behind') }
}

/** Its findings as `mainward validate` prints them, without the name of the file; `only` those whose rule and text match. */
export function reportFeatures(changes: readonly Change[], options: CommitOptions = {}, only = /./): string {
  const findings = assembleFeatures(changes, options).findings.filter(({ rule, message }) => only.test(rule + message))
  return renderFindings(findings, 'text').replaceAll(`${featureFile}:`, '')
}

/** The rows of the view are those of its source: it has no transform. */
export const untransformed: Change = [/ {2}transform: \|[^]*?(?= {2}features)/.exec(trainingExample)?.[0] ?? 'none', '']
