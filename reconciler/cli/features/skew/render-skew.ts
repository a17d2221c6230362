/** What a replay of records found, for people. Pure. */
import { countNoun } from '../../../core/count-noun.ts'
import { decodeFeatureValue } from '../../../core/feature-value.ts'
import { formatInstant } from '../../../core/instant.ts'
import { takenName } from '../../../core/online-view.ts'
import type { FeatureSkew, SkewExample, SkewKind, SkewReport, SkewSide, SkipReason, ViewLateness } from '../../../features/skew/skew-report.ts' // prettier-ignore
import { printable } from '../../../manifests/findings-text.ts'
import type { Terminal } from '../../context.ts'
import { renderTable } from '../../table.ts'

const reasons: Readonly<Record<SkipReason, string>> = {
  otherModel: 'of another model',
  noFeatures: 'nothing was read of views, or computed',
  unknownRelease: 'their version is not among the manifests (--ref names a commit that has it)',
  droppedKey: 'in part: the drop-list has a key',
  droppedValue: 'in part: the drop-list has a feature',
  droppedRead: 'in part: something that on-demand features read is not recorded',
  unknownView: 'in part: the definitions have no such view',
  unknownFeature: 'in part: the view has no such feature',
}

const kinds: Readonly<Record<SkewKind, string>> = {
  mismatched: 'differs',
  missingOnline: 'missing online',
  missingOffline: 'missing offline',
}

export function renderSkew(report: SkewReport, style: Terminal['style']): string {
  const { features, views } = report
  return [
    renderRecords(report),
    features.length === 0 ? '' : `\n${renderFeatures(features)}`,
    ...features.map(renderExamples),
    renderLateness(views),
    `\n${renderVerdict(report, style)}\n`,
  ].join('')
}

function renderRecords({ model, records: { read, replayed, skipped, first, last } }: SkewReport): string {
  const span = first === null || last === null ? '' : `, of ${first} to ${last}`
  const left = Object.entries(skipped).map(([reason, count]) => `  ${count} left out: ${reasons[reason as SkipReason]}\n`)
  return `skew of ${model}: ${replayed} of ${countNoun(read, 'record')} replayed${span}\n${left.join('')}`
}

function renderFeatures(features: readonly FeatureSkew[]): string {
  const titles = ['feature', 'view', 'compared', 'equal', 'differ', 'missing online', 'missing offline', 'stale', 'absent', 'largest difference'] // prettier-ignore
  return renderTable(
    titles.map((title, index) => ({ title, align: index < 2 ? 'left' : 'right' })),
    features.map((feature) => [
      takenName(feature.as, feature.feature),
      feature.view ?? 'on demand',
      ...[feature.compared, feature.equal, feature.mismatched, feature.missingOnline, feature.missingOffline, feature.staleBoth, feature.absentBoth].map(String), // prettier-ignore
      feature.largestDifference === null ? '-' : renderDifference(feature),
    ]),
  )
}

function renderDifference({ dtype, largestDifference }: FeatureSkew): string {
  return `${String(largestDifference)}${dtype === 'timestamp' ? ' us' : ''}`
}

function renderExamples(feature: FeatureSkew): string {
  if (feature.examples.length === 0) return ''
  const lines = feature.examples.map((example) => `  ${renderExample(feature, example)}\n`)
  return `\n${takenName(feature.as, feature.feature)}\n${lines.join('')}`
}

function renderExample(
  feature: FeatureSkew,
  { kind, requestId, rowIndex, time, key, asOf, online, offline }: SkewExample,
): string {
  const request = requestId === null ? '' : `, request ${requestId}${rowIndex === null ? '' : ` row ${rowIndex}`}`
  const sides = `online ${renderSide(feature, online)}, offline ${renderSide(feature, offline)}`
  const whose = feature.view === null ? '' : `; key ${JSON.stringify(key)} as of ${asOf}`
  return printable(`${kinds[kind]}: ${sides}${whose}${request} at ${time}`)
}

function renderSide({ dtype }: FeatureSkew, { status, value }: SkewSide): string {
  if (value === null) return status
  const decoded = decodeFeatureValue(dtype, value)
  if (dtype === 'timestamp' && typeof decoded === 'bigint') return formatInstant(decoded)
  if (dtype === 'float32' && typeof decoded === 'number') return shortFloat(decoded)
  return typeof decoded === 'string' ? JSON.stringify(decoded) : String(decoded)
}

/** The fewest digits that are the same float32: nine are always enough. */
function shortFloat(value: number): string {
  const digits = [6, 7, 8, 9].map((precision) => Number(value.toPrecision(precision)))
  return String(digits.find((each) => Math.fround(each) === value) ?? value)
}

function renderLateness(views: readonly ViewLateness[]): string {
  const late = views.filter(({ behind }) => behind > 0)
  const lines = late.map(({ view, lookups, behind, longestBehindMs }) => {
    return `${view}: ${behind} of ${lookups} lookups had rows from before the time of the grid, by at most ${longestBehindMs / 1000} s\n`
  })
  return lines.length === 0 ? '' : `\n${lines.join('')}`
}

function renderVerdict({ verdict, features }: SkewReport, style: Terminal['style']): string {
  if (verdict === 'nothing-compared') return `${style('red', 'nothing was compared')}: that is no proof of anything`
  const compared = features.reduce((sum, feature) => sum + feature.compared, 0)
  const wrong = features.reduce((sum, { mismatched, missingOnline, missingOffline }) => sum + mismatched + missingOnline + missingOffline, 0) // prettier-ignore
  const total = `${countNoun(compared, 'value')} compared`
  return wrong === 0
    ? `${style('green', 'no skew')}: ${total}`
    : `${style('red', 'skew')}: ${wrong} of ${total} differ or are missing on one side`
}
