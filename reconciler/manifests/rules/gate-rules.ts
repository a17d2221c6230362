/** Rules on Gates, FairnessPolicies and Waivers: by themselves, and beside the models that name them. */
import { gateExamples } from './gate-examples.ts'
import type { Rule } from './rule.ts'

export const gateRules = {
  'rule-shape': {
    severity: 'error',
    summary: 'a rule has exactly one sort, a rule on a metric exactly one bound, and nothing beside it that would do nothing',
    why: 'What a rule says must have one meaning, or a model could pass what somebody meant to stop.',
    example: gateExamples,
  },
  'rule-name': {
    severity: 'error',
    summary: 'every rule of a gate or policy has a name of its own',
    why: 'Verdicts and waivers name a rule; a rule keeps its verdicts over time by its name.',
    example: gateExamples,
  },
  'rule-direction': {
    severity: 'error',
    summary: 'a bound asks for the better side of its metric',
    why: 'A bound that only a worse model meets is a slip; where neither side is better nothing can be no worse.',
    example: gateExamples,
  },
  'rule-cel': {
    severity: 'error',
    summary: 'the cel of a rule is an expression in CEL of the type bool, over what is measured of a version',
    why: 'What can not be read or computed would block every version, or none.',
    example: gateExamples,
  },
  'fairness-attribute': {
    severity: 'error',
    summary: 'intersections and rules of a fairness policy name its attributes',
    why: 'Attributes are what is protected: they travel beside the data, and a misspelt one would be judged by nobody.',
    example: gateExamples,
  },
  'gate-column': {
    severity: 'error',
    summary: 'columns by which rules look at groups are columns of the label source of each model that is judged by them',
    why: 'Only what is in the label source travels beside the rows; groups of a misspelt column would never be measured.',
    example: gateExamples,
  },
  'gate-unused': {
    severity: 'warning',
    summary: 'a gate or fairness policy is named by a model',
    why: 'Rules that no model names stop nothing, which is rarely meant.',
    example: gateExamples,
  },
  'waiver-target': {
    severity: 'error',
    summary: 'a waiver names a gate or policy that its model names, and a rule of it',
    why: 'A waiver of what does not exist would let nothing go on, or later something that nobody meant.',
    example: gateExamples,
  },
  'waiver-expired': {
    severity: 'warning',
    summary: 'a waiver has not ended yet; told by `mainward validate`, which knows the time',
    why: 'A waiver that is over lets nothing go on, and somebody may count on it.',
    example: gateExamples,
  },
} as const satisfies Record<string, Rule>
