/** A comment may only be so long: what is left out, in which order, and that it is said. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildReport } from '../../../reconciler/reports/build-report.ts'
import { buildDocument } from '../../../reconciler/reports/build-document.ts'
import type { Document } from '../../../reconciler/reports/document/document.ts'
import { githubCommentLimit, leftOutFirst, renderWithinLimit } from '../../../reconciler/reports/markdown/fit-limit.ts'
import { renderMarkdown } from '../../../reconciler/reports/markdown/render-markdown.ts'
import { emptyParts, flightModel, mixedReport } from '../support/example-reports.ts'

const pictureAddress = () => null
const fullReport = 'report.html of the run'
const fit = (document: Document, limit: number) => renderWithinLimit(document, { limit, fullReport, pictureAddress })
const mixed = buildDocument(mixedReport())
const whole = renderMarkdown(mixed, { pictureAddress })

/** Kinds of the sections that a text still has, by their headings. */
const kindsIn = (text: string, { sections }: Document): readonly string[] => {
  const parts = sections.map((section) => ({
    kind: section.kind,
    text: renderMarkdown({ title: '', sections: [section] }, { pictureAddress }).trim(),
  }))
  return parts.filter((part) => text.includes(part.text)).map(({ kind }) => kind)
}

describe('a comment of limited length', () => {
  it('has everything when it fits, to the last character', () => {
    expect(fit(mixed, whole.length)).toBe(whole)
    expect(fit(mixed, whole.length - 2)).not.toBe(whole)
  })

  it('leaves out the last section of a sort first', () => {
    const text = fit(mixed, whole.length - 2)
    // Evidence of the first and of the last model with an environment.
    expect([text.includes('2'.repeat(64)), text.includes('a'.repeat(64))]).toEqual([true, false])
    expect(text).toContain(': 1 environment. All of it: report.html of the run.')
  })

  it('names every sort of section that there is, but the verdict', () => {
    const kinds = new Set(mixed.sections.map(({ kind }) => kind))
    kinds.delete('verdict')
    expect([...kinds].filter((kind) => !leftOutFirst.some(([known]) => known === kind))).toEqual([])
  })

  it('never exceeds the limit, keeps sections whole, and leaves out the least important first', () => {
    const order = leftOutFirst.map(([kind]) => kind)
    fc.assert(
      fc.property(fc.integer({ min: 700, max: whole.length + 10 }), (limit) => {
        const text = fit(mixed, limit)
        expect(text.length).toBeLessThanOrEqual(limit)
        const kept = kindsIn(text, mixed)
        const missing = mixed.sections.length - kept.length
        expect(text.includes('Left out, because')).toBe(missing > 0)
        if (missing > 0) expect(text).toContain(fullReport)
        const places = kept.map((kind) => order.indexOf(kind)).filter((place) => place >= 0)
        const leastKept = Math.min(...places, Infinity)
        const left = mixed.sections.filter(({ kind }) => order.indexOf(kind) > leastKept)
        for (const { kind } of left)
          expect(kept.filter((other) => other === kind)).toHaveLength(mixed.sections.filter((s) => s.kind === kind).length)
        expect(text.startsWith('## Verdict: ')).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('bears a thousand models', () => {
    const flight = flightModel(2)
    const models = Array.from({ length: 1000 }, (_, index) => ({ ...flight, model: `model-${index}` }))
    const text = fit(buildDocument(buildReport({ ...emptyParts, models })), githubCommentLimit)
    expect(text.length).toBeLessThanOrEqual(githubCommentLimit)
    expect(text).toContain('1000 models')
    expect(text).toMatch(/Left out, because a comment may only be so long: 1000 environments, 1000 sections of pictures, /)
  })
})
