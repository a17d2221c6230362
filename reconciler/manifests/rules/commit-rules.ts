/** Rules between the manifests of one commit. */
import {
  completeExample,
  fallbackExample,
  projectExample,
  recordingExample,
  sourceExample,
  trainingExample,
  versionExample,
  viewsExample,
} from './examples.ts'
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
    summary: 'the newest version has what its model, and the views that it reads, say today',
    why: 'A change of features, nulls or decision in a Model, or of a view that it reads, does nothing to versions that exist: they keep what they embed. Import again to make a new version.',
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
  'view-column': {
    severity: 'error',
    summary: 'columns that a view takes as they are exist in its source with the same dtype',
    why: 'Without a transform the rows of the source are the rows of the view: a misspelt column would fail at the first run.',
    example: viewsExample,
  },
  'view-time': {
    severity: 'error',
    summary: 'a view of several sources says which columns are its times where a source has them',
    why: 'Rows without a time count at any time: a training set would see what nobody knew then.',
    example: viewsExample,
  },
  'entity-key': {
    severity: 'error',
    summary: 'a view has a column of the right dtype for each key of its entities, and no two entities have a key of one name',
    why: 'Rows are found by key; a key without a column, or of another dtype, would find none.',
    example: viewsExample,
  },
  'unit-test-row': {
    severity: 'error',
    summary: 'rows of unit tests have the columns of their source, and expected rows every key',
    why: 'A value of a column that does not exist would be left out in silence, and the test prove nothing.',
    example: viewsExample,
  },
  'unknown-feature': {
    severity: 'error',
    summary: 'what a model takes of a view is a feature or an aggregation of it',
    why: 'A misspelt feature would be missing in every training set.',
    example: trainingExample,
  },
  'join-column': {
    severity: 'error',
    summary: "join names a column of the label source, of the right dtype, for each key of the view's entities",
    why: 'Values are found by all keys together; with one missing, they would be those of another entity.',
    example: trainingExample,
  },
  'label-column': {
    severity: 'error',
    summary: 'label, training, evaluation and request features name columns of the label source, of a dtype that fits',
    why: 'Rows of a training set are the rows of the label source: only what is in it can be read.',
    example: trainingExample,
  },
  'view-sql': {
    severity: 'error',
    summary: 'the SQL of a view reads its inputs alone, depends on nothing else, and gives the columns that the view declares',
    why: 'It is bound against tables without rows, so that a wrong name or dtype is found before there is data. Only `mainward validate` has an engine to do so; a commit with such a view is applied, and the view is not computed.',
    example: viewsExample,
  },
  'data-file-missing': {
    severity: 'warning',
    summary: 'the data file of a source is in the commit',
    why: 'Without it a commit does not say from which rows a training set was made. A warning, since large data may be local or in a mounted folder.',
    example: sourceExample,
  },
} as const satisfies Record<string, Rule>
