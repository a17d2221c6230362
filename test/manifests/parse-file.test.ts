import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFile } from '../../reconciler/manifests/parse-file.ts'
import {
  canaryExample,
  completeExample,
  modelExample,
  splitExample,
  versionExample,
} from '../../reconciler/manifests/rules/examples.ts'
import { parse as parseAsValue } from 'yaml'
import { bytesOf, parse } from './commit-of.ts'

interface Case {
  readonly name: string
  readonly text: string
  readonly line: number
  readonly column: number
  readonly rule: string
  readonly message: string
  readonly hint?: string
}

const cases: readonly Case[] = [
  {
    name: 'weights that do not sum',
    text: splitExample.replace('version: 3, weight: 50', 'version: 3, weight: 45'),
    line: 8,
    column: 5,
    rule: 'weights-sum',
    message: 'weights must sum to 100, found 95',
  },
  {
    name: 'an unknown field, at its key',
    text: canaryExample.replace('unit:', 'unti:'),
    line: 5,
    column: 3,
    rule: 'unknown-field',
    message: 'expected one of unit, suspend, canary, split, fallback, found unti',
    hint: 'did you mean unit?',
  },
  {
    name: 'a wrong type, at its value',
    text: canaryExample.replace('version: 3', 'version: three'),
    line: 7,
    column: 14,
    rule: 'wrong-type',
    message: 'expected a whole number for spec.canary.version, found "three"',
  },
  {
    name: 'a number in quotes',
    text: canaryExample.replace('version: 3', 'version: "3"'),
    line: 7,
    column: 14,
    rule: 'wrong-type',
    message: 'expected a whole number for spec.canary.version, found "3"',
    hint: 'write the number without quotes',
  },
  {
    name: 'a boolean of YAML 1.1',
    text: canaryExample.replace('unit: flight_id', 'suspend: no'),
    line: 5,
    column: 12,
    rule: 'wrong-type',
    message: 'expected true or false for spec.suspend, found "no"',
    hint: 'no is a text in YAML 1.2: write false',
  },
  {
    name: 'a text that YAML reads as a number',
    text: canaryExample.replace('unit: flight_id', 'unit: 007'),
    line: 5,
    column: 9,
    rule: 'wrong-type',
    message: 'expected a text for spec.unit, found 7',
    hint: 'put the value in quotes',
  },
  {
    name: 'a missing field, at the key of its map',
    text: canaryExample.replace('    version: 3\n', ''),
    line: 6,
    column: 3,
    rule: 'missing-field',
    message: 'expected the field version in spec.canary, found none',
  },
  {
    name: 'an empty value',
    text: canaryExample.replace('version: 3', 'version:'),
    line: 7,
    column: 5,
    rule: 'wrong-type',
    message: 'expected a whole number for spec.canary.version, found nothing',
  },
  {
    name: 'a step that goes back',
    text: canaryExample.replace('weight: 25', 'weight: 3'),
    line: 10,
    column: 19,
    rule: 'steps-order',
    message: 'weights of steps must grow, expected more than 5, found 3',
  },
  {
    name: 'a duplicate key, at the second',
    text: canaryExample.replace('  unit: flight_id\n', '  unit: flight_id\n  unit: user_id\n'),
    line: 6,
    column: 3,
    rule: 'duplicate-key',
    message: 'expected the key unit once, found it again (first in line 5)',
  },
  {
    name: 'a wrong duration',
    text: canaryExample.replace('10m', '10min'),
    line: 9,
    column: 28,
    rule: 'duration',
    message: 'expected a duration such as 50ms, 90s, 15m, 3h or 7d, or manual, found "10min"',
  },
  {
    name: 'a size with a unit',
    text: versionExample.replace('sizeBytes: 128233', 'sizeBytes: 20Mi'),
    line: 11,
    column: 16,
    rule: 'size',
    message: 'expected a whole number for spec.artifact.sizeBytes, found "20Mi"',
    hint: 'write 20971520',
  },
  {
    name: 'a misspelt enumeration',
    text: modelExample.replace('task: binary-classification', 'task: binary_classification'),
    line: 8,
    column: 9,
    rule: 'invalid-value',
    message: 'expected one of binary-classification, multiclass-classification, regression, found "binary_classification"',
    hint: 'did you mean binary-classification?',
  },
  {
    name: 'a field of a later version',
    text: canaryExample.replace('weight: 5,', 'weight: 5, minExposures: 500,'),
    line: 9,
    column: 22,
    rule: 'not-supported',
    message: 'spec.canary.steps[0].minExposures is not supported by this version',
  },
  {
    name: 'a digest that YAML reads as a number',
    text: versionExample.replace(/sha256: .*/, `sha256: ${'1'.repeat(64)}`),
    line: 10,
    column: 13,
    rule: 'number-precision',
    message: `expected a number that 64-bit floating point holds, found ${'1'.repeat(64)}`,
    hint: 'write fewer digits, or a whole number beyond 2^53 in quotes',
  },
]

describe('parseFile', () => {
  it.each(cases)('finds $name', ({ text, line, column, rule, message, hint }) => {
    const expected = { line, column, rule, message, severity: 'error', ...(hint === undefined ? {} : { hint }) }
    expect(parse(text).findings).toContainEqual(expected)
  })

  it('finds everything that is wrong at once', () => {
    const text = splitExample
      .replace('seed: flight-delay-2026q4', 'sed: x')
      .replace('version: 3, weight: 50', 'version: 3, weight: 45')
      .replace('name: control', 'name: kontrol')
      .replace('coverage: 100', 'coverage: 1000')
    const rules = parse(text).findings.map(({ rule }) => rule)
    expect(rules.sort()).toEqual(['control-variant', 'missing-field', 'percent', 'unknown-field', 'weights-sum'])
  })

  it('gives the same for CRLF, a byte order mark, and no line break at the end', () => {
    const [expected] = parse(canaryExample).documents
    for (const text of [canaryExample.replaceAll('\n', '\r\n'), `\uFEFF${canaryExample}`, canaryExample.trimEnd()]) {
      expect(parse(text)).toEqual({ documents: [expected], findings: [] })
    }
  })

  it('counts lines of the file, also in later documents and behind comments', () => {
    const text = `# first\n---\n# second\n${modelExample}...\n---\n${canaryExample.replace('unit:', 'unti:')}`
    const { documents, findings } = parse(text)
    expect(documents.map(({ kind, line }) => [kind, line])).toEqual([
      ['Model', 4],
      ['Rollout', 22],
    ])
    expect(findings.map(({ line, column }) => [line, column])).toEqual([[26, 3]])
  })

  it.each([
    ['a workflow', 'on: push\njobs: {}\n'],
    ['another apiVersion', canaryExample.replace('mainward.dev', 'argoproj.io')],
    ['Kubernetes', 'apiVersion: v1\nkind: Model\nmetadata: { name: a }\nspec: {}\n'],
    ['templates', 'kind: {{ .Values.kind }}\n\tx: [\n'],
    ['a manifest inside of a text', `data: |\n${canaryExample.replace(/^/gm, '  ')}`],
    ['the words in a comment', '# mainward.dev/v1alpha1\nfoo: bar\n'],
    ['broken YAML that names us in a text', 'foo: "see mainward.dev/v1alpha1\n'],
    ['an empty file', ''],
    ['a list', '- mainward.dev/v1alpha1\n'],
    ['only comments', '# apiVersion: mainward.dev/v1alpha1\n---\n# x\n'],
  ])('leaves other YAML alone: %s', (_, text) => {
    expect(parse(text)).toEqual({ documents: [], findings: [] })
  })

  it('reads JSON, which is YAML', () => {
    const json = JSON.stringify({
      apiVersion: 'mainward.dev/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'flight-delay', environment: 'production' },
      spec: {
        unit: 'flight_id',
        canary: { version: 3, steps: [{ weight: 5, hold: '10m' }, { weight: 25, hold: '1h' }, { weight: 100 }] },
      },
    })
    expect(parse(json).documents[0]?.digest).toBe(parse(canaryExample).documents[0]?.digest)
  })

  it('reads an apiVersion that is written with escapes', () => {
    const escaped = canaryExample.replace('mainward.dev/v1alpha1', '"\\u006dainward.d\\x65v/v1alpha1"')
    expect(parse(escaped).documents).toMatchObject([{ digest: parse(canaryExample).documents[0]?.digest }])
    expect(parse(escaped.replace('\\u006dainward', '\\u006barpenter')).documents).toEqual([])
  })

  it('survives an alias bomb', () => {
    const levels = Array.from(
      { length: 30 },
      (_, index) => `    l${index + 1}: &l${index + 1} [*l${index}, *l${index}, *l${index}]`,
    )
    const text = versionExample.replace(/$/, `  evidence:\n    l0: &l0 [x]\n${levels.join('\n')}\n`)
    const rules = new Set(parse(text).findings.map(({ rule }) => rule))
    expect([...rules]).toEqual(['anchor'])
  })

  it('keeps __proto__ as a name', () => {
    const { findings } = parse(canaryExample.replace('unit: flight_id', '__proto__: { polluted: true }'))
    expect(findings.map(({ rule }) => rule)).toEqual(['unknown-field'])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('knows numbers that keep their value from those that do not', () => {
    const withNumber = (number: string) => parse(versionExample.replace('distance: 733', `distance: ${number}`)).findings
    for (const right of [
      '0.1',
      '0.30000000000000004',
      '1e22',
      '-0',
      '9007199254740991',
      '0.100000001490116119384765625',
      '0x1F',
    ]) {
      expect(withNumber(right), right).toEqual([])
    }
    for (const wrong of ['9007199254740993', '0.30000000000000001', '1e400', '.inf', '-.inf', '12345678901234567890']) {
      expect(
        withNumber(wrong).map(({ rule }) => rule),
        wrong,
      ).toEqual(['number-precision'])
    }
  })

  it('yields plain JSON', () => {
    const parsed = parse(completeExample)
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed)
    expect(structuredClone(parsed)).toEqual(parsed)
  })

  it('never throws, whatever the bytes are', () => {
    const seed = bytesOf(`${completeExample}---\n${splitExample}`)
    const mutation = fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(mutation, (changes) => {
        const bytes = Uint8Array.from(seed)
        for (const [index, value] of changes) bytes[index] = value
        parseFile(bytes)
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void parseFile(Uint8Array.from([...bytesOf(marker), ...bytes]))),
      { numRuns: 1000 },
    )
  })

  it('never throws on texts made of the letters of YAML', () => {
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ':',
        '-',
        '?',
        '|',
        '>',
        '&a',
        '*a',
        '!',
        '<<',
        '"',
        "'",
        '#',
        '%',
        '@',
        '`',
        ',',
        ' ',
        '  ',
        '\n',
        '\t',
        '---',
        '...',
      ],
      ...[
        '\r',
        '\u2028',
        '\0',
        'kind',
        'spec',
        'metadata',
        'name',
        'Rollout',
        'Model',
        'canary',
        'steps',
        'weight',
        '1',
        'null',
        '~',
        '.nan',
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const parsed = parse(marker + pieces.join(''))
        expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed)
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws on manifests with any value at any place', () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    const pointers = [
      '/metadata',
      '/metadata/name',
      '/spec',
      '/spec/signature',
      '/spec/signature/inputs',
      '/spec/goldenRows',
      '/spec/artifact',
    ]
    const more = [
      '/spec/requestFeatures',
      '/spec/nulls',
      '/spec/canary',
      '/spec/canary/steps',
      '/spec/split',
      '/spec/split/variants',
      '/kind',
    ]
    const templates = [modelExample, versionExample, canaryExample, splitExample]
    fc.assert(
      fc.property(
        fc.constantFrom(...templates),
        fc.constantFrom(...pointers, ...more),
        value,
        (template, pointer, replacement) => {
          const manifest = replaceAt(template, pointer, replacement)
          expect(() => parse(JSON.stringify(manifest))).not.toThrow()
        },
      ),
      { numRuns: 1500 },
    )
  })
})

const marker = 'apiVersion: mainward.dev/v1alpha1\nkind: Rollout\n'

function replaceAt(template: string, pointer: string, replacement: unknown): unknown {
  const manifest = parseAsValue(template) as Record<string, unknown>
  const steps = pointer.split('/').slice(1)
  let node: Record<string, unknown> = manifest
  for (const step of steps.slice(0, -1)) {
    const inner = node[step]
    if (inner === null || typeof inner !== 'object') return manifest
    node = inner as Record<string, unknown>
  }
  node[steps.at(-1) ?? ''] = replacement
  return manifest
}
