/** `mainward features skew`: whether recorded predictions were given the values that training would have. */
import { resolve } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import { measureSkew } from '../../features/skew/measure-skew.ts'
import type { SkewReport } from '../../features/skew/skew-report.ts'
import { addressOptions, findControl } from '../client/control-address.ts'
import { createControlClient } from '../client/control-client.ts'
import { type CommandDefinition, type CommandInput, flagOption, numberOption, textOption } from '../command.ts'
import type { CliContext } from '../context.ts'
import { readLines } from '../records/read-lines.ts'
import { recordsPath } from '../records/records-request.ts'
import { splitLines } from '../records/split-lines.ts'
import { computationOptions, readAsOf } from './engine-options.ts'
import { type OpenFeatures, withFeatures } from './open-features.ts'
import { createProgress, type Progress } from './progress.ts'
import { collectLookups, type RecordLine } from './skew/collect-lookups.ts'
import { createDefinitionFinder } from './skew/recorded-definitions.ts'
import { renderSkew } from './skew/render-skew.ts'

const defaultLast = '10000'

export const skewFeaturesCommand: CommandDefinition = {
  details:
    'Replays what predictions read of views: the same keys, by the definitions that their version embeds, through the join of\n' +
    'training, as of the time that the record says. Compares value by value. Records are those of the running installation, or\n' +
    'of a file that mainward records wrote. Exit code 1 when a value differs or is missing on one side, and when nothing could\n' +
    'be compared.',
  arguments: [{ usage: '<model>', description: 'name of the model' }],
  options: [
    { flags: '--records <file>', description: 'lines of mainward records, gzipped when the name ends in .gz' },
    { flags: '--last <n>', description: `without --records: how many, the newest by data time (default: ${defaultLast})` },
    // --state is one of the options of a computation: where pushed rows are found, and the reconciler.
    ...addressOptions.filter(({ flags }) => !computationOptions.some((option) => option.flags === flags)),
    { flags: '--tolerance <t>', description: 'floats may differ by t times the greatest of 1 and the two values', default: '0' },
    ...computationOptions,
    { flags: '--json', description: 'the report for programs' },
  ],
  examples: [
    { line: 'features skew flight-delay', explains: 'the last 10000 predictions, with the files of the working tree here' },
    { line: 'features skew flight-delay --records june.jsonl.gz --ref v3', explains: 'of a file, with a tag' },
  ],
  async run(context, input) {
    const { terminal } = context
    const progress = createProgress(terminal)
    const report = await withFeatures(context, input, (features) => replayRecords(context, input, features, progress)).finally(
      progress.end,
    )
    terminal.write(flagOption(input, 'json') ? `${JSON.stringify(report, null, 2)}\n` : renderSkew(report, terminal.style))
    return report.verdict === 'equal' ? 0 : 1
  },
}

async function replayRecords(
  context: CliContext,
  input: CommandInput,
  features: OpenFeatures,
  progress: Progress,
): Promise<SkewReport> {
  const model = input.arguments[0] ?? ''
  const tolerance = numberOption(input, 'tolerance', { least: 0 })
  const asOf = readAsOf(context, input)
  const finder = createDefinitionFinder(features, model)
  progress.step('records')
  const { sets, records } = await collectLookups(await openRecords(context, input, model), model, finder)
  const { ports, pushedOf, engine } = features
  return measureSkew({
    model,
    sets: sets.map(({ digests, ...set }) => ({ ...set, pushed: pushedOf(digests) })),
    records,
    tolerance,
    ports,
    times: { now: asOf, asOf },
    engine: { ...engine, ...progress.engine },
    onStep: progress.step,
  })
}

async function openRecords(context: CliContext, input: CommandInput, model: string): Promise<AsyncIterable<RecordLine>> {
  const file = textOption(input, 'records')
  if (file !== null) {
    const clash = ['last', 'server'].find((name) => textOption(input, name) !== null)
    if (clash !== undefined) {
      throw new MainwardError(
        'usage',
        `--records and --${clash} are both there: a file has its records, all of them are replayed`,
      )
    }
    return readLines(resolve(context.configuration.folder, file))
  }
  const path = recordsPath({
    model,
    last: textOption(input, 'last') ?? defaultLast,
    environment: textOption(input, 'environment'),
  })
  const client = createControlClient(await findControl(context.configuration, input), context.fetch)
  return placeLines(splitLines(client.read(path)))
}

async function* placeLines(lines: AsyncIterable<string>): AsyncGenerator<RecordLine> {
  let number = 0
  for await (const text of lines) yield { text, place: `record ${(number += 1)}` }
}
