/** `mainward history`: what was served when, and why. */
import { toInstant } from '../core/clock.ts'
import { MainwardError } from '../core/error.ts'
import type { HistoryLine } from '../core/history-line.ts'
import { servedAt } from '../governance/history-query.ts'
import { didYouMean } from '../manifests/nearest-name.ts'
import { type CommandDefinition, type CommandInput, flagOption, textOption } from './command.ts'
import { historyOptions, readHistory } from './history/read-history.ts'
import { renderHistory, renderServedAt } from './render-history.ts'

export const historyCommand: CommandDefinition = {
  details:
    'Read from the running reconciler when there is one near, else from the branch mainward/history of the clone here.\n' +
    'Times are UTC.',
  arguments: [{ usage: '[rollout]', description: 'only this rollout' }],
  options: [
    { flags: '--at <time>', description: 'what was served at that moment (ISO 8601)' },
    { flags: '--json', description: 'for programs: the lines themselves, or what was served' },
    ...historyOptions,
  ],
  examples: [
    { line: 'history flight-delay', explains: 'every change of what is served' },
    { line: 'history --at 2026-11-24T10:00:00Z', explains: 'what was served at that moment' },
  ],
  async run(context, input) {
    const { lines } = await readHistory(context, input)
    const [rollout] = input.arguments
    if (rollout !== undefined) assertKnown(rollout, lines)
    const at = readInstant(input)
    const json = flagOption(input, 'json')
    const { terminal } = context
    if (at !== null) {
      const served = servedAt(lines, at, rollout)
      terminal.write(json ? `${JSON.stringify({ at, served }, null, 2)}\n` : renderServedAt(served, at))
    } else {
      const own = lines.filter((line) => rollout === undefined || line.rollout === rollout)
      terminal.write(json ? `${JSON.stringify({ lines: own }, null, 2)}\n` : renderHistory(own))
    }
    return 0
  },
}

function assertKnown(rollout: string, lines: readonly HistoryLine[]): void {
  const names = [...new Set(lines.map((line) => line.rollout))]
  if (names.length === 0 || names.includes(rollout)) return
  throw new MainwardError('usage', `the history knows no rollout ${rollout}`, {
    hint: didYouMean(rollout, names) ?? `it has ${names.join(', ')}`,
  })
}

const instantPattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/

/** A time without a zone is UTC, as it is printed. */
function readInstant(input: CommandInput): string | null {
  const text = textOption(input, 'at')
  if (text === null) return null
  const isZoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) && text.includes(':')
  const milliseconds = Date.parse(isZoned || !text.includes(':') ? text : `${text.replace(' ', 'T')}Z`)
  if (instantPattern.test(text) && !Number.isNaN(milliseconds)) return toInstant(milliseconds)
  throw new MainwardError('usage', `--at: expected a time in ISO 8601, found ${text}`, {
    hint: 'for example 2026-11-24T10:00:00Z',
  })
}
