/** `mainward replay`: recorded rows as predictions, at their pace or faster, with the data clock moved along. */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { toInstant } from '../core/clock.ts'
import { MainwardError } from '../core/error.ts'
import type { StatusDocument } from '../core/status.ts'
import { addressOptions, type ControlAddress, findControl } from './client/control-address.ts'
import { type ControlClient, createControlClient } from './client/control-client.ts'
import { predictRecord } from './client/prediction-client.ts'
import { type CommandDefinition, type CommandInput, flagOption, numberOption, textOption } from './command.ts'
import type { CliContext, Terminal } from './context.ts'
import { renderProgress, renderReplaySummary } from './replay/render-replay.ts'
import { readReplayRecords } from './replay/replay-records.ts'
import { type ReplayPorts, type ReplayProgress, runReplay } from './replay/run-replay.ts'

export const replayCommand: CommandDefinition = {
  details:
    'Each line of the file is {"time": ISO 8601, "model": name, "unit": text, "row": {feature: value}}, in the order of time:\n' +
    'what mainward records writes; further members are left alone.\n' +
    'Exit code 1 when a prediction failed. Ctrl-C ends with the summary so far.',
  arguments: [{ usage: '<file>', description: 'records: .jsonl or .jsonl.gz' }],
  options: [
    { flags: '--speed <n>', description: 'seconds of data a second; 0: as fast as possible', default: '0' },
    { flags: '--concurrency <n>', description: 'predictions in flight at once', default: '8' },
    { flags: '--serving <url>', description: 'address of the data plane (default: what control.json says)' },
    { flags: '--no-clock', description: 'leave the data clock alone' },
    ...addressOptions,
  ],
  examples: [
    { line: 'replay replay/flights.jsonl.gz --speed 86400', explains: 'a day of data every second' },
    { line: 'replay replay/flights.jsonl.gz', explains: 'as fast as possible' },
  ],
  async run(context, input) {
    const address = await findControl(context.configuration, input)
    const options = {
      speed: numberOption(input, 'speed', { least: 0 }),
      concurrency: numberOption(input, 'concurrency', { least: 1 }),
      signal: context.interruption(),
    }
    const file = resolve(context.configuration.folder, input.arguments[0] ?? '')
    const progress = createProgressLine(context.terminal)
    const summary = await runReplay(readReplayRecords(file), createPorts(context, input, address, progress.report), options)
    progress.end()
    context.terminal.write(renderReplaySummary(summary))
    return summary.answered === summary.sent ? 0 : 1
  },
}

function createPorts(
  context: CliContext,
  input: CommandInput,
  address: ControlAddress,
  report: ReplayPorts['report'],
): ReplayPorts {
  const servingUrl = textOption(input, 'serving') ?? address.servingUrl
  if (servingUrl === null) throw new MainwardError('usage', 'where is the data plane?', { hint: 'name it with --serving URL' })
  const signal = context.interruption()
  const control = createControlClient(address, context.fetch)
  return {
    predict: (record) => predictRecord(servingUrl, record, context.fetch),
    readClock: async () => (flagOption(input, 'clock') ? readClock(control, context.terminal) : null),
    moveClock: (timeMs) => moveClock(control, timeMs, { signal, terminal: context.terminal }),
    now: () => performance.now(),
    sleep: async (milliseconds) => {
      if (milliseconds > 0 && !signal.aborted) await sleepUnlessStopped(milliseconds, signal)
    },
    report,
  }
}

/** How long views may take to be computed as of one time, in milliseconds. */
const viewsPatienceMs = 120_000
const clockRetryMs = 1_000

/** Asks until views are computed as of the time. The replay goes on when it takes too long, and says so: the clock is moved. */
async function moveClock(
  control: ControlClient,
  timeMs: number,
  { signal, terminal }: { readonly signal: AbortSignal; readonly terminal: Terminal },
): Promise<boolean> {
  const endMs = performance.now() + viewsPatienceMs
  for (;;) {
    try {
      await control.post('/api/v1/clock', { dataTime: toInstant(timeMs) })
      return true
    } catch (thrown) {
      if (!(thrown instanceof MainwardError)) throw thrown
      const isRefused = thrown.code !== 'unavailable'
      if (isRefused) terminal.writeError(`the data clock stays where it is: ${thrown.message}\n`)
      else if (performance.now() >= endMs) terminal.writeError(`the data clock: ${thrown.message}\n`)
      else if (!signal.aborted) {
        await sleepUnlessStopped(clockRetryMs, signal)
        continue
      }
      return !isRefused
    }
  }
}

async function readClock(control: ControlClient, terminal: Terminal): Promise<number | null> {
  try {
    const { dataTime } = await control.get<Pick<StatusDocument, 'dataTime'>>('/api/v1/status')
    return dataTime === null ? Number.NEGATIVE_INFINITY : Date.parse(dataTime)
  } catch (thrown) {
    if (!(thrown instanceof MainwardError)) throw thrown
    terminal.writeError(`the data clock stays where it is: ${thrown.message}\n`)
    return null
  }
}

async function sleepUnlessStopped(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch((stopped: unknown) => {
    if (!signal.aborted) throw stopped
  })
}

/** One line that is written over on a terminal; elsewhere a line every ten seconds. On standard error: output stays clean. */
function createProgressLine(terminal: Terminal): { readonly report: ReplayPorts['report']; readonly end: () => void } {
  const intervalMs = terminal.interactive ? 100 : 10_000
  let shownMs = terminal.interactive ? Number.NEGATIVE_INFINITY : 0
  return {
    report: (progress: ReplayProgress) => {
      if (progress.elapsedMs - shownMs < intervalMs) return
      shownMs = progress.elapsedMs
      const line = renderProgress(progress)
      terminal.writeError(terminal.interactive ? `\r\u001b[K${line.slice(0, terminal.width - 1)}` : `${line}\n`)
    },
    end: () => {
      if (terminal.interactive) terminal.writeError('\r\u001b[K')
    },
  }
}
