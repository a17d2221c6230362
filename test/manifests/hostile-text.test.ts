/** Texts that break careless parsers: each is an error or has the right value, and none takes down the reconciler. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderFindings } from '../../reconciler/manifests/findings-text.ts'
import { parseFile } from '../../reconciler/manifests/parse-file.ts'
import type { ParsedDocument } from '../../reconciler/manifests/parsed-file.ts'
import {
  canaryExample,
  completeExample,
  modelExample,
  splitExample,
  versionExample,
} from '../../reconciler/manifests/rules/examples.ts'
import { bytesOf, parse } from './commit-of.ts'

function report(content: string | Uint8Array): string {
  const { findings } = typeof content === 'string' ? parse(content) : parseFile(content)
  return renderFindings(
    findings.map((finding) => ({ file: 'f', ...finding })),
    'text',
  ).replace(/^f:/gm, '')
}

function only(text: string): ParsedDocument {
  const { documents, findings } = parse(text)
  expect(findings).toEqual([])
  expect(documents).toHaveLength(1)
  return documents[0] as ParsedDocument
}

const head = 'apiVersion: mainward.dev/v1alpha1\nkind: Rollout\n'

describe('encodings', () => {
  it('of UTF-16 and Latin-1 are told, at the first byte that is not UTF-8', () => {
    const message = 'encoding  expected UTF-8, found other bytes\n    save the file as UTF-8\n'
    expect(report(new Uint8Array(Buffer.from(`\uFEFF${canaryExample}`, 'utf16le')))).toBe(`1:1 ${message}`)
    const latin = Buffer.from(modelExample.replace('late?', 'zu sp\u00e4t?'), 'latin1')
    expect(report(new Uint8Array(latin))).toBe(`6:53 ${message}`)
  })

  it('of other YAML and of binary files are left alone', () => {
    expect(parseFile(Uint8Array.from([0xff, 0xfe, 0, 0x80]))).toEqual({ documents: [], findings: [] })
    expect(parseFile(new Uint8Array(Buffer.from('name: caf\u00e9\n', 'latin1')))).toEqual({ documents: [], findings: [] })
  })

  it('count columns in UTF-16 code units', () => {
    expect(report(splitExample.replace('{ name: treatment,', '{ name: "\u{1F680}",'))).toMatch(/^10:17 name-format/)
    expect(report(splitExample.replace('{ name: treatment,', '{ ? "\u{1F680}" , name: treatment,'))).toMatch(
      /^10:13 unknown-field/,
    )
  })

  it('with a zero character are YAML errors', () => {
    expect(report(canaryExample.replace('flight_id', 'flight\0id'))).not.toContain('TypeError')
  })
})

describe('line ends', () => {
  it('of Windows give the same places', () => {
    const text = canaryExample.replace('weight: 25', 'weight: 2')
    expect(report(text.replaceAll('\n', '\r\n'))).toBe(report(text))
    expect(report(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toBe(report(text))
  })

  it('of Windows give the same digests also in texts of several lines', () => {
    const text = versionExample.replace('  goldenRows', '  evidence:\n    note: |\n      one\n      two\n  goldenRows')
    expect(only(text.replaceAll('\n', '\r\n'))).toEqual(only(text))
  })
})

describe('booleans of YAML 1.1', () => {
  it.each([
    ['yes', 'true'],
    ['On', 'true'],
    ['y', 'true'],
    ['NO', 'false'],
    ['off', 'false'],
    ['n', 'false'],
  ])('%s is a text', (word, value) => {
    expect(report(canaryExample.replace('unit: flight_id', `suspend: ${word}`))).toBe(
      `5:12 wrong-type  expected true or false for spec.suspend, found "${word}"\n    ${word} is a text in YAML 1.2: write ${value}\n`,
    )
  })

  it.each(['true', 'True', 'TRUE'])('%s is a boolean of YAML 1.2', (word) => {
    expect(only(canaryExample.replace('unit: flight_id', `suspend: ${word}`)).spec).toMatchObject({ suspend: true })
  })

  it('as names stay texts', () => {
    expect(only(canaryExample.replace('unit: flight_id', 'unit: no')).spec).toMatchObject({ unit: 'no' })
  })
})

describe('numbers', () => {
  const withNumber = (number: string): string => versionExample.replace('distance: 733', `distance: ${number}`)
  const valueOf = (number: string): unknown =>
    (only(withNumber(number)).spec as { goldenRows: { inputs: { distance: unknown } }[] }).goldenRows[0]?.inputs.distance

  // The right column is what YAML 1.2.2 (section 10.3.2) says.
  it.each<[string, unknown]>([
    ['017', 17],
    ['0o17', 15],
    ['0x1F', 31],
    ['0x1FFFFFFFFFFFFF', 9007199254740991],
    ['+12', 12],
    ['1_000', '1_000'],
    ['0b11', '0b11'],
    ['12:30:45', '12:30:45'],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1.', 1],
    ['5e-324', 5e-324],
    ['2.2250738585072014e-308', 2 ** -1022],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['-0.0', -0],
    ['0e999', 0],
    ['2013-06-01', '2013-06-01'],
    ['"9223372036854775807"', '9223372036854775807'],
  ])('%s have the value of YAML 1.2', (text, value) => expect(valueOf(text)).toBe(value))

  it.each([
    '9007199254740992',
    '9223372036854775807',
    '-9223372036854775808',
    '0x20000000000001',
    '0xFFFFFFFFFFFFFFFF',
    '0o777777777777777777777',
    '1e400',
    '-1e400',
    '1e-400',
    '1.2345678901e-320',
    '3.14159265358979323846',
    '0.1000000000000000001',
  ])('%s, which lose their value, are found', (number) => {
    const isTooLarge = number.includes('e400')
    const hint = isTooLarge ? 'write null for a missing value' : 'write fewer digits, or a whole number beyond 2^53 in quotes'
    const message = `expected a number that 64-bit floating point holds, found ${number}`
    expect(report(withNumber(number))).toBe(`31:27 number-precision  ${message}\n    ${hint}\n`)
  })

  it('that 64-bit floats hold are all accepted as they are printed', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        fc.pre(!Number.isInteger(number) || Math.abs(number) <= Number.MAX_SAFE_INTEGER || Math.abs(number) >= 1e21)
        expect(valueOf(String(number))).toBe(Object.is(number, -0) ? 0 : number)
      }),
      { numRuns: 200 },
    )
  })

  it('that are changed in a digit which a 64-bit float cannot hold are all found', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2, noNaN: true }), fc.integer({ min: 1, max: 9 }), (number, digit) => {
        const text = `${number.toFixed(20)}${digit}`
        fc.pre(!number.toPrecision(22).endsWith(String(digit)))
        expect(report(withNumber(text))).toContain('number-precision')
      }),
      { numRuns: 100 },
    )
  })

  it('with underscores are texts, and the hint says how to write them', () => {
    expect(report(canaryExample.replace('version: 3', 'version: 1_000'))).toBe(
      '7:14 wrong-type  expected a whole number for spec.canary.version, found "1_000"\n    write 1000\n',
    )
  })
})

describe('keys', () => {
  it('that are there twice are found wherever they are', () => {
    expect(report(canaryExample.replace('weight: 25,', 'weight: 25, weight: 30,'))).toBe(
      '10:23 duplicate-key  expected the key weight once, found it again (first in line 10)\n',
    )
    expect(report(`${canaryExample}kind: Rollout\n`)).toBe(
      '12:1 duplicate-key  expected the key kind once, found it again (first in line 2)\n',
    )
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('named %s are names like others', (name) => {
    expect(report(canaryExample.replace('unit:', `${name}:`))).toBe(
      `5:3 unknown-field  expected one of unit, suspend, canary, split, fallback, found ${name}\n`,
    )
    const evidence = (value: string): string =>
      versionExample.replace('  goldenRows', `  evidence: { ${name}: ${value} }\n  goldenRows`)
    expect(only(evidence('1')).digest).not.toBe(only(evidence('2')).digest)
    expect(only(evidence('1')).digest).not.toBe(
      only(versionExample.replace('  goldenRows', '  evidence: {}\n  goldenRows')).digest,
    )
    expect(({} as Record<string, unknown>)['1']).toBeUndefined()
  })

  it('of more than 1024 characters are refused', () => {
    expect(report(canaryExample.replace('weight: 25', `"${'k'.repeat(1025)}": 1, weight: 25`))).toBe(
      '10:11 key-type  expected a key of at most 1024 characters, found one of 1025\n',
    )
  })
})

describe('bombs', () => {
  it('of merge keys are found, not expanded', () => {
    const levels = Array.from({ length: 25 }, (_, i) => `    l${i + 1}: &l${i + 1} { <<: [*l${i}, *l${i}], k${i}: 1 }`)
    const { findings } = parse(versionExample.replace(/$/, `  evidence:\n    l0: &l0 { x: 1 }\n${levels.join('\n')}\n`))
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['anchor', 'merge-key']))
  })

  it('of findings tell the first thousand, and how many there are', () => {
    const { findings } = parse(`${head}spec:\n${' a: 1\n'.repeat(50_000)}`)
    expect(findings).toHaveLength(1000)
    expect(findings.at(-1)?.hint).toBe(`${50_000 + 1 - 1000 + 1} more findings of this document are left out`)
  })

  it('of documents each have their findings', () => {
    const { findings } = parse(`${canaryExample.replace('unit:', 'unti:')}---\n`.repeat(300))
    expect(findings).toHaveLength(300)
    expect(findings.at(-1)).toMatchObject({ line: 299 * 12 + 5, column: 3 })
  })

  it('of unknown names stay short and fast', () => {
    const names = (prefix: string): string[] => Array.from({ length: 3000 }, (_, index) => `${prefix}${index}`)
    const text = versionExample
      .replace(
        '          - distance\n          - wind_speed\n',
        names('taken')
          .map((name) => `          - ${name}\n`)
          .join(''),
      )
      .replace(
        '12.5 }',
        `12.5, ${names('row')
          .map((name) => `${name}: 0`)
          .join(', ')} }`,
      )
      .replace(
        '{ wind_speed: 0 }',
        `{ ${names('null')
          .map((name) => `${name}: 0`)
          .join(', ')} }`,
      )
      .replace(
        / {4}- \{ name: distance.*\n/,
        names('embedded')
          .map((name) => `    - { name: ${name}, dtype: float32 }\n`)
          .join(''),
      )
    const started = performance.now()
    const { findings } = parse(text)
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(Math.max(...findings.map(({ message }) => message.length))).toBeLessThan(400)
  })

  it.each([
    '[',
    '{',
    '- ',
    '? ',
    '{a: ',
    '"',
    '&a ',
    '!!map {',
    '# \n',
    'a:\n ',
    '---\n',
    '# c\n---\n',
    '...\n',
    '%a\n',
    "'",
    '|\n ',
  ])('of %j take time that grows with their length alone', (piece) => {
    const timeOf = (characters: number): number => {
      const text = `${head}spec: ${piece.repeat(Math.floor(characters / piece.length))}`
      const started = process.cpuUsage()
      expect(() => parse(text)).not.toThrow()
      return process.cpuUsage(started).user / 1000
    }
    timeOf(10_000)
    // Processor time, so that other work of the machine does not count. Quadratic growth would take 64 times as long.
    expect(timeOf(240_000)).toBeLessThan(Math.max(30 * timeOf(30_000), 3000))
  })
})

describe('documents', () => {
  it.each([
    ['an empty file', ''],
    ['only a byte order mark', '\uFEFF'],
    ['only blank lines', '\n \n\t\n'],
    ['only markers', '---\n---\n...\n---\n'],
    ['only comments', '# mainward.dev\n---\n# apiVersion: mainward.dev/v1alpha1\n...\n'],
    ['only a directive', '%YAML 1.2\n# mainward.dev\n'],
  ])('none are in %s', (_, text) => expect(parse(text)).toEqual({ documents: [], findings: [] }))

  it.each([
    ['after a comment and an empty document', '# c\n---\n---\n', 4],
    ['after an end', '...\n', 2],
    ['after another end', 'x: 1\n...\n# c\n---\n', 5],
    ['after markers', '---\n---\n\n---\n', 5],
    ['behind a marker with a comment', '--- # first\n', 2],
  ])('are found %s', (_, before, line) => {
    expect(only(before + canaryExample)).toEqual({ ...only(canaryExample), line, ...placesFrom(line) })
    expect(report(before + canaryExample.replace('unit:', 'unti:'))).toMatch(new RegExp(`^${line + 4}:3 unknown-field`))
  })

  it('that are broken do not hide the others', () => {
    const text = `${canaryExample.replace('canary:', 'canary: [')}---\n${modelExample}---\n${canaryExample.replace('unit:', 'unti:')}`
    const { documents, findings } = parse(text)
    expect(documents.map(({ kind, valid }) => [kind, valid])).toEqual([
      ['Model', true],
      ['Rollout', false],
    ])
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['yaml-syntax', 'unknown-field']))
  })

  it('may have no line break at the end, and three dashes inside of a line', () => {
    const text = modelExample.replace('late?', 'late --- or not?').trimEnd()
    expect(only(text).metadata).toMatchObject({ description: 'Does a flight arrive 15 minutes late --- or not?' })
  })

  it('end at a marker also inside of a text, as YAML says', () => {
    const text = modelExample.replace('description: Does', 'description: |\n---\nDoes')
    expect(parse(text).documents).toHaveLength(1)
  })

  it('of 1 MiB are read, larger ones refused', () => {
    const fill = (bytes: number): string => `${canaryExample}# ${'x'.repeat(bytes - canaryExample.length - 3)}\n`
    expect(only(fill(1024 * 1024)).digest).toBe(only(canaryExample).digest)
    expect(report(fill(1024 * 1024 + 1))).toBe(
      '1:1 document-too-large  expected a document of at most 1 MiB, found a larger one\n',
    )
  })

  it('are measured in bytes, not in characters', () => {
    const text = `${canaryExample}# ${'\u20ac'.repeat(350_000)}\n`
    expect(text.length).toBeLessThan(1024 * 1024)
    expect(report(text)).toMatch(/^1:1 document-too-large/)
  })

  it('that are large and not ours are left alone', () => {
    expect(parse(`# mainward.dev\na: ${'x'.repeat(1024 * 1024)}\n`)).toEqual({ documents: [], findings: [] })
  })

  it('are nested 64 levels at most', () => {
    const nested = (levels: number): string =>
      versionExample.replace(/$/, `  evidence: { a: ${'['.repeat(levels)}${']'.repeat(levels)} }\n`)
    // spec, evidence and a are the first three levels.
    expect(report(nested(61))).toBe('')
    expect(report(nested(63))).toMatch(/^33:80 document-too-deep {2}expected at most 64 levels of nesting, found more\n$/)
  })

  it('with a directive are refused, whatever it says', () => {
    expect(report(`%TAG ! tag:example.com,2000:\n---\n${canaryExample}`)).toBe(
      '1:1 yaml-extra  expected no directive, found %TAG ! tag:example.com,2000:\n',
    )
  })

  it('with tabs are refused at each tab', () => {
    const text = canaryExample.replace('  unit', '\tunit').replace('    version', '\t\tversion')
    expect(report(text)).toMatch(/^5:1 tab-indentation {2}expected spaces as indentation, found a tab\n/)
  })
})

function placesFrom(line: number): Pick<ParsedDocument, 'positions' | 'references'> {
  const { positions, references } = only(canaryExample)
  const move = <Place extends { line: number }>(place: Place): Place => ({ ...place, line: place.line + line - 1 })
  return {
    positions: Object.fromEntries(Object.entries(positions).map(([pointer, place]) => [pointer, move(place)])),
    references: references.map((reference) => ({ ...reference, position: move(reference.position) })),
  }
}

describe('anything', () => {
  const seed = bytesOf(`# c\n${completeExample}---\n${splitExample}`)

  function expectSound(bytes: Uint8Array): void {
    const { documents, findings } = parseFile(bytes)
    const lines = new TextDecoder().decode(bytes).split('\n')
    const places = [
      ...findings,
      ...documents.flatMap((document) => [...Object.values(document.positions), ...document.references.map((r) => r.position)]),
    ]
    for (const { line, column } of places) {
      expect(line).toBeGreaterThan(0)
      expect(line).toBeLessThanOrEqual(lines.length)
      expect(column).toBeGreaterThan(0)
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
    }
    for (const document of documents) if (document.valid) expect(document.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(documents.some(({ valid }) => !valid) && findings.length === 0).toBe(false)
  }

  it('gives places inside of the file: changed bytes', () => {
    const change = fc.tuple(fc.nat(seed.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = Uint8Array.from(seed)
        for (const [index, value] of changes) bytes[index] = value
        expectSound(bytes)
      }),
      { numRuns: 400 },
    )
  })

  it('gives places inside of the file: pieces cut out, doubled and moved', () => {
    const cut = fc.tuple(fc.nat(seed.length), fc.nat(200), fc.nat(seed.length))
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), (cuts) => {
        let bytes: Uint8Array = seed
        for (const [from, length, to] of cuts) {
          const piece = bytes.subarray(from, from + length)
          const rest = [...bytes.subarray(0, from), ...(length % 2 === 0 ? piece : []), ...bytes.subarray(from + length)]
          bytes = Uint8Array.from([...rest.slice(0, to), ...piece, ...rest.slice(to)])
        }
        expectSound(bytes)
      }),
      { numRuns: 400 },
    )
  })

  it('gives places inside of the file: bytes of chance', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectSound(Uint8Array.from([...bytesOf(head), ...bytes]))),
      {
        numRuns: 500,
      },
    )
  })
})
