/** `mainward fmt`: one form, the same meaning, every comment, and nothing more to do the second time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { formatManifest } from '../../reconciler/manifests/format.ts'
import { kindNames } from '../../reconciler/manifests/kinds/registry.ts'
import {
  canaryExample,
  completeExample,
  modelExample,
  projectExample,
  splitExample,
  versionExample,
} from '../../reconciler/manifests/rules/examples.ts'
import { parse } from './commit-of.ts'
import { fullManifests } from './full-manifests.ts'

const head = 'apiVersion: mainward.dev/v1alpha1\nkind: Rollout\n'

describe('the form', () => {
  it.each([projectExample, modelExample, versionExample, canaryExample, splitExample, completeExample])(
    'is that of every example',
    (text) => {
      expect(formatManifest(text)).toBe(text)
    },
  )

  it('has lists in block style, one item a line, and maps of scalars as they were', () => {
    const text = `${head}metadata: {name: a}
spec: {canary: {version: 3, steps: [{weight: 5, hold: 10m}, {weight: 100}]}}
`
    expect(formatManifest(text)).toBe(`${head}metadata: { name: a }
spec:
  canary:
    version: 3
    steps:
      - { weight: 5, hold: 10m }
      - { weight: 100 }
`)
  })

  it('has items of lists with short maps, and points, in one line as they were', () => {
    const text = `${head}metadata: { name: a }
spec:
  inner: { join: { airport: origin } }
  items:
    - { view: weather, join: { airport: origin }, as: here }
    - { view: weather, take: [temp] }
    - { a: { b: 1, c: 2, d: 3, e: 4, f: 5 } }
    - { a: { b: { c: 1 } } }
    - [0, 0.5]
    - [1, 2, 3, 4, 5]
    - - 1
      - 2
`
    expect(formatManifest(text)).toBe(`${head}metadata: { name: a }
spec:
  inner:
    join: { airport: origin }
  items:
    - { view: weather, join: { airport: origin }, as: here }
    - view: weather
      take:
        - temp
    - a: { b: 1, c: 2, d: 3, e: 4, f: 5 }
    - a:
        b: { c: 1 }
    - [ 0, 0.5 ]
    - - 1
      - 2
      - 3
      - 4
      - 5
    - - 1
      - 2
`)
  })

  it('has the four keys in order, below the comment of the document', () => {
    const text = `# yaml-language-server: $schema=x
spec: { canary: { version: 3 } } # the target
# Who it is
metadata: { name: a }
kind: Rollout
apiVersion: mainward.dev/v1alpha1
`
    expect(formatManifest(text)).toBe(`# yaml-language-server: $schema=x

apiVersion: mainward.dev/v1alpha1
kind: Rollout
# Who it is
metadata: { name: a }
spec:
  canary: { version: 3 }
  # the target
`)
  })

  it('keeps comments where they are, also in lists', () => {
    const text = `${head}metadata: { name: a }
spec:
  # why
  canary:
    version: 3 # try 4
    steps:
      # first
      - { weight: 5, hold: 10m } # short
      - { weight: 100 }

# the end
`
    expect(formatManifest(text)).toBe(text)
  })

  it('indents by two spaces, and keeps blank lines between parts', () => {
    const text = `${head}\nmetadata:\n    name: a\n\nspec:\n    canary:\n        version: 3\n`
    expect(formatManifest(text)).toBe(`${head}\nmetadata:\n  name: a\n\nspec:\n  canary:\n    version: 3\n`)
  })

  it('has line feeds and no byte order mark', () => {
    expect(formatManifest(`\uFEFF${canaryExample.replaceAll('\n', '\r\n')}`)).toBe(canaryExample)
    expect(formatManifest(completeExample.replaceAll('\n', '\r\n'))).toBe(completeExample)
  })

  it('ends with a line break', () => expect(formatManifest(canaryExample.trimEnd())).toBe(canaryExample))

  it('keeps long texts, quotes and numbers as they were written', () => {
    const text = versionExample.replace(
      '  goldenRows',
      `  evidence:\n    note: ${'long '.repeat(60)}end\n    id: "007"\n    size: 0x1f\n    rate: 1.50\n  goldenRows`,
    )
    expect(formatManifest(text)).toBe(text)
  })
})

describe('what stays as it is', () => {
  it.each([
    ['other YAML', 'on: push\njobs: {a: [1, 2]}\n'],
    ['other YAML that names us', '# mainward.dev\na: {b: [1,2]}\n'],
    ['an empty file', ''],
    ['only comments', '# mainward.dev/v1alpha1\n'],
    ['broken YAML', `${head}spec: [\n`],
    ['duplicate keys', `${head}spec: {canary: {version: 1, version: 2}}\n`],
    ['an alias', `${head}metadata: {name: &a x, owner: *a}\nspec: {}\n`],
    ['a number that would lose its value', `${head}metadata: {name: a}\nspec: {canary: {version: 9007199254740993}}\n`],
  ])('%s', (_, text) => expect(formatManifest(text)).toBe(text))

  it('is a broken document beside a right one', () => {
    const broken = `${head}spec: [\n`
    expect(formatManifest(`${broken}---\n${canaryExample.replace('{ weight: 5, hold: 10m }', '{weight: 5,  hold: 10m}')}`)).toBe(
      `${broken}---\n${canaryExample}`,
    )
  })

  it('is what stands between documents', () => {
    const text = `# first\n---\n${canaryExample}...\n# between\n---\n# second\n${modelExample}`
    expect(formatManifest(text)).toBe(text)
  })
})

/** A comment behind some lines and above others; texts of several lines are not cut by it. */
function commented(text: string, places: readonly number[]): string {
  const lines = text.split('\n')
  const isText = /[|>][-+0-9]*$/m.test(text)
  return lines
    .map((line, index) => {
      const kind = isText || line.trim() === '' ? 0 : places[index % places.length]
      if (kind === 1) return `${line} # behind ${index}`
      if (kind === 2) return `${/^ */.exec(line)?.[0] ?? ''}# above ${index}\n${line}`
      return kind === 3 ? `\n${line}` : line
    })
    .join('\n')
}

describe('any manifest', () => {
  const manifests = kindNames.flatMap((kind) => fullManifests[kind])
  const style = fc.record({
    collectionStyle: fc.constantFrom('any', 'block', 'flow'),
    indent: fc.integer({ min: 1, max: 6 }),
    indentSeq: fc.boolean(),
    lineWidth: fc.constant(0),
    defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
    defaultKeyType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE'),
    sortMapEntries: fc.boolean(),
  })
  const evidence = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 })
  const text = fc
    .record({
      manifest: fc.constantFrom(...manifests),
      style,
      evidence,
      places: fc.array(fc.nat(8), { minLength: 1, maxLength: 30 }),
    })
    .map(({ manifest, style: options, evidence: found, places }) => {
      const spec = manifest.kind === 'ModelVersion' ? { ...(manifest.spec as object), evidence: found } : manifest.spec
      return commented(stringify({ ...manifest, spec }, options as never), places)
    })

  function comments(written: string): string[] {
    return (written.match(/# (?:behind|above) \d+/g) ?? []).sort()
  }

  it('keeps its meaning and its comments, and is formatted once for all', () => {
    let changed = 0
    fc.assert(
      fc.property(text, (written) => {
        const formatted = formatManifest(written)
        const before = parse(written)
        const after = parse(formatted)
        expect(after.findings.map(({ rule, message }) => [rule, message])).toEqual(
          before.findings.map(({ rule, message }) => [rule, message]),
        )
        expect(after.documents.map(({ digest, servingDigest }) => [digest, servingDigest])).toEqual(
          before.documents.map(({ digest, servingDigest }) => [digest, servingDigest]),
        )
        expect(comments(formatted)).toEqual(comments(written))
        expect(formatManifest(formatted)).toBe(formatted)
        if (formatted !== written) changed += 1
      }),
      { numRuns: 300 },
    )
    expect(changed).toBeGreaterThan(150)
  })

  it('that has no finding has every list in block style afterwards', () => {
    fc.assert(
      fc.property(text, (written) => {
        fc.pre(parse(written).findings.length === 0)
        const formatted = formatManifest(written)
        expect(formatted).toMatch(/^(?:# .*\n|\n)*["']?apiVersion/)
        if (!written.includes('evidence')) expect(formatted).not.toMatch(/: *\[[^\]]/)
      }),
      { numRuns: 200 },
    )
  })

  it('never throws, and leaves texts alone that it can not read', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(completeExample.length), fc.string({ maxLength: 3 })), { maxLength: 5 }), (edits) => {
        let written = completeExample
        for (const [index, piece] of edits) written = written.slice(0, index) + piece + written.slice(index + 1)
        const formatted = formatManifest(written)
        expect(parse(formatted).findings.length).toBe(parse(written).findings.length)
        expect(formatManifest(formatted)).toBe(formatted)
      }),
      { numRuns: 300 },
    )
  })
})
