/** Rules on the text of a manifest: encoding, size, and the part of YAML that manifests use. */
import { canaryExample, modelExample, projectExample, versionExample } from './examples.ts'
import type { Rule } from './rule.ts'

export const textRules = {
  encoding: {
    severity: 'error',
    summary: 'a manifest is a text in UTF-8',
    why: 'Another encoding shows other names on other machines, so nobody could review what is applied.',
    example: projectExample,
  },
  'document-too-large': {
    severity: 'error',
    summary: 'a document has at most 1 MiB',
    why: 'Manifests are read at every commit and reviewed by people; data belongs into files of its own.',
    example: projectExample,
  },
  'document-too-deep': {
    severity: 'error',
    summary: 'values are nested at most 64 levels deep',
    why: 'No kind needs more, and deep nesting is a known way to make a parser fail.',
    example: projectExample,
  },
  'merge-conflict': {
    severity: 'error',
    summary: 'a manifest has no conflict of git in it',
    why: 'Two versions of a text stand in one file until a person says which counts; nothing else about the file can be told before.',
    example: canaryExample,
  },
  'yaml-syntax': {
    severity: 'error',
    summary: 'a manifest is well-formed YAML 1.2',
    why: 'A text that programs read differently would not mean what the review saw.',
    example: canaryExample,
  },
  'tab-indentation': {
    severity: 'error',
    summary: 'lines are indented with spaces',
    why: 'YAML forbids tabs in indentation, because their width differs from editor to editor.',
    example: canaryExample,
  },
  'duplicate-key': {
    severity: 'error',
    summary: 'a key appears once in a map',
    why: 'Parsers silently keep the first or the last one; the reader of a review sees either.',
    example: canaryExample,
  },
  'key-type': {
    severity: 'error',
    summary: 'keys are plain texts',
    why: 'Lists and maps as keys cannot be written in JSON, so no digest and no schema covers them.',
    example: modelExample,
  },
  anchor: {
    severity: 'error',
    summary: 'anchors and aliases are not used',
    why: 'A change at the anchor would change other places that the diff does not show, and nested aliases can fill the memory.',
    example: modelExample,
  },
  'merge-key': {
    severity: 'error',
    summary: 'merge keys (<<) are not used',
    why: 'They belong to YAML 1.1, and hide in a review what a map contains.',
    example: modelExample,
  },
  'yaml-extra': {
    severity: 'error',
    summary: 'tags and directives are not used',
    why: 'They change how values are read; a manifest means the same in every YAML 1.2 parser.',
    example: modelExample,
  },
  'number-precision': {
    severity: 'error',
    summary: 'numbers keep their value as 64-bit floating point',
    why: 'A number that is rounded on reading is not the one that was reviewed. Whole numbers beyond 2^53 are written in quotes.',
    example: versionExample,
  },
} as const satisfies Record<string, Rule>
