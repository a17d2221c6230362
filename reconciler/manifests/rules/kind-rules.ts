/** Rules on the sense of one manifest, kind by kind. */
import { canaryExample, fallbackExample, modelExample, splitExample, versionExample } from './examples.ts'
import type { Rule } from './rule.ts'

export const kindRules = {
  'canary-or-split': {
    severity: 'error',
    summary: 'a rollout has exactly one of canary and split',
    why: 'Both at once would give one unit two answers to the question which version it gets.',
    example: canaryExample,
  },
  'steps-order': {
    severity: 'error',
    summary: 'the weights of the steps grow, and the last is 100',
    why: 'A rollout that goes back is written as a rollout of the old version; one that ends below 100 would never end.',
    example: canaryExample,
  },
  'weights-sum': {
    severity: 'error',
    summary: 'the weights of the variants sum to 100',
    why: 'Weights are never rescaled: what is written is what units get.',
    example: splitExample,
  },
  'control-variant': {
    severity: 'error',
    summary: 'exactly one variant is named control',
    why: 'Units that take no part, and requests without a unit, get control; comparisons are made against it.',
    example: splitExample,
  },
  'duplicate-variant': {
    severity: 'error',
    summary: 'variant names are unique',
    why: 'Predictions and metrics are told apart by the name of the variant.',
    example: splitExample,
  },
  'fallback-choice': {
    severity: 'error',
    summary: 'a fallback is exactly one of version and constant',
    why: "A request that failed gets one answer in place of the model's, not two.",
    example: fallbackExample,
  },
  'fallback-version': {
    severity: 'warning',
    summary: 'the fallback is another version than the one that is served',
    why: "What fails would be asked again. No error, so that the one line of a way back to the fallback's version is enough.",
    example: fallbackExample,
  },
  'version-name': {
    severity: 'error',
    summary: 'a ModelVersion is named MODEL-VERSION',
    why: 'Rollouts name a version by its number; the name makes model and number unique together.',
    example: versionExample,
  },
  'artifact-place': {
    severity: 'error',
    summary: 'an artifact has exactly one of path and uri, and a path stays inside the repository',
    why: 'A model file has one place from which its bytes are taken.',
    example: versionExample,
  },
  'signature-features': {
    severity: 'error',
    summary: 'the features of the signature are the features that the version embeds',
    why: 'A version serves with what it embeds alone: a feature that nobody sends, or that no input takes, is a mistake.',
    example: versionExample,
  },
  'signature-shape': {
    severity: 'error',
    summary: 'the shape begins with the batch dimension -1 and its last dimension is the number of features',
    why: 'Columns are put into the tensor by position; a missing one would shift all others.',
    example: versionExample,
  },
  'signature-datatype': {
    severity: 'error',
    summary: 'the datatype of an input can hold its features',
    why: 'A text in a float tensor, or an int64 in a bool tensor, cannot be served.',
    example: versionExample,
  },
  'duplicate-feature': {
    severity: 'error',
    summary: 'a feature or tensor name appears once',
    why: 'Rows are matched by name; of two columns of one name only one would be read.',
    example: modelExample,
  },
  'null-rule': {
    severity: 'error',
    summary: 'the null policy names features that exist',
    why: 'A rule for a misspelt feature would protect nothing.',
    example: modelExample,
  },
  'decision-task': {
    severity: 'error',
    summary: 'only a binary classification has a decision',
    why: 'A threshold on a regression or on several classes decides nothing.',
    example: modelExample,
  },
  'golden-row': {
    severity: 'error',
    summary: 'a golden row has a value for every input and for outputs of the model',
    why: 'Golden rows prove before any traffic that the runtime computes what was evaluated.',
    example: versionExample,
  },
} as const satisfies Record<string, Rule>
