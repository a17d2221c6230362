/** Rules between the manifests of one commit. */
import { completeExample, fallbackExample, projectExample, recordingExample, versionExample } from './examples.ts'
import type { Rule } from './rule.ts'

export const commitRules = {
  'missing-project': {
    severity: 'error',
    summary: 'the root of the reconciled path has mainward.yaml with a Project',
    why: 'A wrong path or branch would look like an empty repository, and everything that is served would be removed.',
    example: projectExample,
  },
  'project-file': {
    severity: 'error',
    summary: 'the one Project is in mainward.yaml',
    why: 'The Project says which files are read; it must be found without reading any other.',
    example: projectExample,
  },
  'duplicate-name': {
    severity: 'error',
    summary: 'a name is used once per kind and environment',
    why: 'Of two manifests of one name, nobody could say which is in force.',
    example: completeExample,
  },
  'unresolved-reference': {
    severity: 'error',
    summary: 'what a manifest names exists in the same commit',
    why: 'A commit is applied as a whole; a reference to nothing has no meaning.',
    example: completeExample,
  },
  'reference-cycle': {
    severity: 'error',
    summary: 'manifests do not refer to themselves in a circle',
    why: 'There would be no order in which to build them.',
    example: completeExample,
  },
  'version-pending': {
    severity: 'error',
    summary: 'the version that a rollout names exists',
    why: 'In a working tree or pull request the version may still be made (a warning there); on the reconciled branch there is nothing to serve.',
    example: completeExample,
  },
  'version-behind': {
    severity: 'warning',
    summary: 'the newest version has what its model says today',
    why: 'A change of request features, nulls or decision in a Model does nothing to versions that exist: import again to make a new version.',
    example: completeExample,
  },
  'fallback-features': {
    severity: 'error',
    summary: 'a fallback version takes the rows that the served versions take',
    why: 'It answers the very rows that another version could not: what nobody sends can not be asked for then.',
    example: fallbackExample,
  },
  'fallback-constant': {
    severity: 'error',
    summary: 'a constant fallback is a score of the task: a probability, one of every class, or a number',
    why: 'Callers read it in the place of a score, and must not get one that the model could never give.',
    example: fallbackExample,
  },
  'recording-drop': {
    severity: 'error',
    summary: 'what recording drops exists',
    why: 'A misspelt name would protect nothing: the personal field that was meant would be recorded.',
    example: recordingExample,
  },
  'unknown-environment': {
    severity: 'error',
    summary: 'a rollout is of an environment that the Project names',
    why: 'No reconciler would ever apply a rollout of a misspelt environment.',
    example: completeExample,
  },
  'artifact-missing': {
    severity: 'error',
    summary: 'the file of an artifact is in the commit',
    why: 'A version without its bytes cannot be served or proved.',
    example: versionExample,
  },
  'artifact-mismatch': {
    severity: 'error',
    summary: 'the file of an artifact has the digest and size of the version',
    why: 'The reviewed version is the one with this digest; other bytes are another model.',
    example: versionExample,
  },
  'artifact-too-large': {
    severity: 'error',
    summary: 'a model file in git has at most 1 MiB',
    why: 'Every clone carries every version of every file for ever; larger files belong into the artifact store.',
    example: versionExample,
  },
  'model-without-rollout': {
    severity: 'warning',
    summary: 'a model has a rollout',
    why: 'A model without a rollout is served nowhere, which is rarely meant.',
    example: completeExample,
  },
} as const satisfies Record<string, Rule>
