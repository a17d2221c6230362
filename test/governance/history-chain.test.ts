import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HistoryLine } from '../../reconciler/core/history-line.ts'
import { buildLine, emptyChain, readChain, verifyChain, writeLine } from '../../reconciler/governance/history-chain.ts'

function chainOf(reasons: readonly string[], environment = 'production'): readonly string[] {
  const lines: HistoryLine[] = []
  for (const [index, reason] of reasons.entries()) {
    const last = lines.at(-1)
    const tip = last === undefined ? emptyChain : { sequence: last.sequence, hash: last.hash }
    lines.push(
      buildLine(tip, {
        environment,
        at: `2026-03-01T12:00:0${index % 10}.000Z`,
        rollout: 'flight-delay',
        event: 'Started',
        commit: 'c'.repeat(40),
        by: { kind: 'reconciler', name: 'reconciler' },
        reason,
        message: 'a message',
        state: null,
        releases: {},
      }),
    )
  }
  return lines.map(writeLine)
}

const chains = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 8 }).map((reasons) => chainOf(reasons))

function breakOf(texts: readonly string[], environment = 'production'): string {
  const verdict = verifyChain(texts, environment)
  return verdict.valid ? 'valid' : `${verdict.broken.line}: ${verdict.broken.message}`
}

describe('a chain', () => {
  it('proves itself, whatever its lines say', () => {
    fc.assert(
      fc.property(chains, (texts) => {
        const verdict = verifyChain(texts, 'production')
        expect(verdict).toMatchObject({ valid: true, tip: { sequence: texts.length } })
      }),
    )
  })

  it('can be proven by anybody: SHA-256 over the line without its hash, as it is written', () => {
    for (const text of chainOf(['a', 'b', 'c'])) {
      const claimed = /"hash":"(sha256:[0-9a-f]{64})",/.exec(text)
      const body = text.replace(claimed?.[0] ?? '', '')
      expect(`sha256:${createHash('sha256').update(body).digest('hex')}`).toBe(claimed?.[1])
    }
  })

  it('is empty before its first line', () => {
    expect(verifyChain([], 'production')).toEqual({ valid: true, lines: [], tip: emptyChain })
  })
})

describe('tampering is found', () => {
  it('when a single character of a line changes', () => {
    fc.assert(
      fc.property(chains, fc.nat(), fc.nat(), (texts, which, where) => {
        const index = which % texts.length
        const text = texts[index] ?? ''
        const at = where % text.length
        const changed = text.slice(0, at) + (text[at] === '7' ? '8' : '7') + text.slice(at + 1)
        expect(verifyChain(texts.with(index, changed), 'production').valid).toBe(false)
      }),
    )
  })

  it('when a line before the last is dropped, doubled, or changes places', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 8 }), fc.nat(), (reasons, which) => {
        const texts = chainOf(reasons)
        const index = which % (texts.length - 1)
        const [line = '', next = ''] = texts.slice(index, index + 2)
        const verdicts = [texts.toSpliced(index, 1), texts.toSpliced(index, 0, line), texts.toSpliced(index, 2, next, line)].map(
          (changed) => verifyChain(changed, 'production').valid,
        )
        expect(verdicts).toEqual([false, false, false])
      }),
    )
  })

  it('when a line is written anew with a fitting hash of its own', () => {
    const texts = chainOf(['a', 'b', 'c'])
    const [first] = readChain(texts, 'production').lines
    if (first === undefined) throw new Error('no line')
    const { hash: _hash, sequence: _sequence, previous: _previous, formatVersion: _format, ...entry } = first
    const forged = writeLine(buildLine(emptyChain, { ...entry, reason: 'forged' }))
    expect(breakOf(texts.with(0, forged))).toMatch(/^2: expected the previous hash sha256:/)
  })
})

describe('a line that hashes right but shows readers something else is found', () => {
  const [text = ''] = chainOf(['honest'])
  it.each([
    ['a member twice', text.replace('{', '{"reason":"forged",')],
    ['white space', text.replace('{', '{ ')],
    ['a carriage return', `${text}\r`],
  ])('%s', (_name, changed) => {
    expect(breakOf([changed])).toBe('1: expected canonical JSON (RFC 8785): the text says more than what is hashed')
  })
})

describe('a break names its line and what was expected', () => {
  const [first = '', second = ''] = chainOf(['a', 'b'])
  it.each([
    ['text that is no JSON', [first, '{'], /^2: expected one JSON object: /],
    ['a JSON value that is no object', [first, '7'], /^2: expected a JSON object$/],
    ['null', ['null'], /^1: expected a JSON object$/],
    ['another environment', chainOf(['a'], 'staging'), /^1: expected environment production, found staging$/],
    ['a gap', [second], /^1: expected sequence 1, found 2$/],
    [
      'a newer format',
      [first.replace('"formatVersion":1', '"formatVersion":2')],
      /^1: expected formatVersion 1, found 2: written by a newer/,
    ],
    [
      'another content',
      [first.replace('a message', 'no message')],
      /^1: the content has the hash sha256:.*, but the line says sha256:/,
    ],
  ])('%s', (_name, texts, expected) => {
    expect(breakOf(texts)).toMatch(expected)
  })

  it('as an error for who needs the lines', () => {
    expect(() => readChain([second], 'production')).toThrow('history of production, line 1: expected sequence 1, found 2')
  })
})
