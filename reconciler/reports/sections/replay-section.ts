/** The section on recorded requests: how many decisions change, and for whom. Pure. */
import type { Evaluation, ReplayOutcome } from '../../core/evaluation.ts'
import { code, paragraph, type Block, type Column, type Section, type Text } from '../document/document.ts'
import { formatCount, formatDifference, formatMetric, formatShare } from '../document/format-number.ts'

export function buildReplay({ replay }: Evaluation): readonly Section[] {
  if (replay === undefined) return []
  const blocks = [paragraph(...summarize(replay)), ...groups(replay), ...examples(replay)]
  return [{ kind: 'replay', title: 'Replay of recorded requests', level: 3, isFolded: false, blocks }]
}

function summarize(replay: ReplayOutcome): readonly (string | ReturnType<typeof code>)[] {
  const { requests, failed, decisionsChanged, toPositive, toNegative } = replay
  const compared = requests - failed
  const changed = `${formatCount(decisionsChanged)} of ${formatCount(compared)} decisions change (${formatShare(decisionsChanged, compared)}): ${formatCount(toPositive)} to true, ${formatCount(toNegative)} to false. `
  const scores = `Scores change by ${formatDifference(replay.meanScoreChange)} in the mean, by ${formatMetric(replay.maximumScoreChange)} at most. `
  const lost = failed === 0 ? '' : `${formatCount(failed)} requests could not be answered by one of both.`
  return [`${formatCount(requests)} requests of `, code(replay.source), `: ${changed}${scores}${lost}`]
}

function groups({ groups: found }: ReplayOutcome): readonly Block[] {
  if (found.length === 0) return []
  const columns: readonly Column[] = [
    { title: 'For whom' },
    { title: 'Requests', align: 'right' },
    { title: 'Changed', align: 'right' },
    { title: 'Share', align: 'right' },
  ]
  const rows = found.map(({ column, value, requests, changed }): readonly Text[] => [
    code(`${column}=${value ?? 'null'}`),
    formatCount(requests),
    formatCount(changed),
    formatShare(changed, requests),
  ])
  return [{ type: 'table', columns, rows }]
}

function examples({ examples: found }: ReplayOutcome): readonly Block[] {
  if (found.length === 0) return []
  const columns: readonly Column[] = [
    { title: 'Request' },
    { title: 'Unit' },
    { title: 'Score', align: 'right' },
    { title: 'In production', align: 'right' },
  ]
  const rows = found.map(({ requestId, unit, candidate, production }): readonly Text[] => [
    requestId === null ? '' : code(requestId),
    unit === null ? '' : code(unit),
    formatMetric(candidate),
    formatMetric(production),
  ])
  return [{ type: 'details', summary: 'First requests whose decision changes', blocks: [{ type: 'table', columns, rows }] }]
}
