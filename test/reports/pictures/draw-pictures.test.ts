/** Pictures show what was measured: numbers are read back from the SVG. */
import { describe, expect, it } from 'vitest'
import { buildComparisonPicture } from '../../../reconciler/reports/pictures/comparison-picture.ts'
import { drawPictures } from '../../../reconciler/reports/pictures/draw-pictures.ts'
import { drawSvg } from '../../../reconciler/reports/pictures/draw-svg.ts'
import { buildReport } from '../../../reconciler/reports/build-report.ts'
import { emptyParts, failingReport, flightModel, loanModel, mixedReport } from '../support/example-reports.ts'

const flight = flightModel(3)

describe('pictures', () => {
  it('are there for what was measured, with safe names', async () => {
    const names = (await drawPictures(mixedReport())).map(({ name }) => name)
    expect(names).toEqual(['flight-delay-comparison', 'flight-delay-roc', 'flight-delay-calibration', 'loan-approval-roc', 'loan-approval-calibration']) // prettier-ignore
    const odd = buildReport({ ...emptyParts, models: [{ ...loanModel(), model: '../a b' }] })
    expect((await drawPictures(odd)).map(({ name }) => name)).toEqual(['___a_b-roc', '___a_b-calibration'])
  })

  it('are the same bytes again, after others and at the same time', async () => {
    const report = failingReport()
    const first = await drawPictures(report)
    await drawPictures(mixedReport())
    const [second, third] = await Promise.all([drawPictures(report), drawPictures(report)])
    expect(second).toEqual(first)
    expect(third).toEqual(first)
  })

  it('have no ids, which would clash in one page, and nothing that loads or runs', async () => {
    for (const { svg } of await drawPictures(failingReport())) {
      expect(svg).not.toMatch(/\sid=|url\(|<script|href=|<image|<foreignObject/i)
      expect(svg).toMatch(/^<svg role="img" aria-label="[^"]+" xmlns=/)
    }
  })

  it('draw the ROC curve through its points', async () => {
    const [, roc] = await drawPictures(failingReport())
    const paths = [...(roc?.svg ?? '').matchAll(/<path d="(M[^"]*)"[^>]*stroke-width="2"/g)].map(([, path]) => path ?? '')
    // 360 by 300 picture elements for 0 to 1; y runs downwards.
    const points = (path: string) =>
      [...path.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x) / 360, 1 - Number(y) / 300])
    const measured = flight.evidence?.evaluation.curves?.roc.map((curve) => curve.points) ?? []
    expect(paths).toHaveLength(2)
    for (const [index, curve] of measured.entries()) {
      const drawn = points(paths[index] ?? '')
      expect(drawn).toHaveLength(curve.length)
      for (const [place, [x, y]] of curve.entries()) {
        expect(drawn[place]?.[0]).toBeCloseTo(x, 2)
        expect(drawn[place]?.[1]).toBeCloseTo(y, 2)
      }
    }
  })

  it('colour what is proven worse, and only that', async () => {
    const [comparison] = await drawPictures(failingReport())
    const svg = comparison?.svg ?? ''
    const worse = (flight.evidence?.evaluation.measurements ?? []).filter(({ of, metric, low, high }) => {
      return of === 'difference-to-production' && (metric === 'roc_auc' ? (high ?? 0) < 0 : (low ?? 0) > 0)
    })
    // One interval each; the dashed line of a margin is thinner.
    expect(svg.match(/<line[^>]*stroke="#a4161a"[^>]*stroke-width="2"/g)).toHaveLength(worse.length)
  })

  it.each([
    ['log_loss', 'noWorseThan', 0.01, 0.01],
    ['log_loss', 'betterThan', 0.01, -0.01],
    ['roc_auc', 'noWorseThan', 0.02, -0.02],
    ['roc_auc', 'betterThan', 0.02, 0.02],
  ] as const)('draw the margin of %s %s %s at %s', (metric, type, margin, at) => {
    const { evidence } = flight
    if (evidence === null) throw new Error('the fixture has no evidence')
    const [gate] = evidence.verdict.gates
    const [rule] = gate?.rules ?? []
    if (gate === undefined || rule === undefined) throw new Error('the fixture has no rule')
    const judged = { ...rule, metric, bound: { type, reference: 'production', margin } } as const
    const verdict = { ...evidence.verdict, gates: [{ ...gate, rules: [judged] }] }
    const spec = JSON.stringify(buildComparisonPicture('m', { ...evidence, verdict })?.spec)
    // One dashed line, in the panel of the metric.
    const dashed = [...spec.matchAll(/\{"data":\{"values":\[\{"value":([^}]*)\}\]\},"mark":\{[^}]*"strokeDash":\[4,3\]/g)]
    expect(dashed.map(([, value]) => Number(value))).toEqual([at])
  })

  it('escape the texts of others', async () => {
    const svg = await drawSvg({ data: { values: [{ x: 1, y: '<script>&"' }] }, mark: 'point', encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'nominal' } } }, '"><script>') // prettier-ignore
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;script&gt;&amp;"')
  })
})
