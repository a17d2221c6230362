/** Rules on the shape of one manifest: its envelope, its fields, their types and formats. */
import { canaryExample, modelExample, projectExample, splitExample, versionExample } from './examples.ts'
import type { Rule } from './rule.ts'

export const schemaRules = {
  'api-version': {
    severity: 'error',
    summary: 'apiVersion is mainward.dev/v1alpha1',
    why: 'A manifest of another format is not skipped in silence: what looks like a manifest but is none would never be applied.',
    example: projectExample,
  },
  'unknown-kind': {
    severity: 'error',
    summary: 'kind is one that Mainward knows',
    why: 'A misspelt kind would otherwise be ignored, and what it asks for never happen.',
    example: modelExample,
  },
  'not-supported': {
    severity: 'error',
    summary: 'only what this version acts on is accepted',
    why: 'A gate, a guardrail or a policy that does nothing must not look as if it protected something.',
    example: canaryExample,
  },
  'unknown-field': {
    severity: 'error',
    summary: 'every field is one of the schema',
    why: 'A misspelt field would silently leave its default in force.',
    example: modelExample,
  },
  'missing-field': {
    severity: 'error',
    summary: 'required fields are written',
    why: 'These fields have no default that would be right for everyone.',
    example: versionExample,
  },
  'wrong-type': {
    severity: 'error',
    summary: 'a value has the type of its field',
    why: 'Values are never converted: in YAML 1.2 no, yes, on and off are texts, and 007 is a number.',
    example: canaryExample,
  },
  'invalid-value': {
    severity: 'error',
    summary: 'a value is one that its field allows',
    why: 'A value outside of the allowed ones has no behaviour.',
    example: modelExample,
  },
  'name-format': {
    severity: 'error',
    summary: 'names are 1 to 63 lower-case letters, digits and dashes',
    why: 'Names stand in URLs, file names, git tags and metrics; this form is safe in all of them.',
    example: modelExample,
  },
  duration: {
    severity: 'error',
    summary: 'a duration is a whole number and one of ms, s, m, h, d',
    why: 'A number without a unit is read as seconds by one and as minutes by another.',
    example: canaryExample,
  },
  size: {
    severity: 'error',
    summary: 'sizeBytes is a whole number of bytes',
    why: 'The size of a file is compared exactly; a rounded size such as 20Mi cannot be.',
    example: versionExample,
  },
  percent: {
    severity: 'error',
    summary: 'percentages are whole numbers up to 100',
    why: 'Whole percent can be read, summed and compared by everyone; nothing is rescaled.',
    example: splitExample,
  },
} as const satisfies Record<string, Rule>
