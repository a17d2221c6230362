/** `mainward records`: the newest predictions of a model, as JSON lines that `mainward replay` takes. */
import { resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { addressOptions, findControl } from './client/control-address.ts'
import { createControlClient } from './client/control-client.ts'
import { type CommandDefinition, type CommandInput, numberOption, textOption } from './command.ts'
import { writeLines } from './records/write-lines.ts'

/** What the control plane hands out at most. */
const mostRecords = 1_000_000

export const recordsCommand: CommandDefinition = {
  details:
    'One JSON object a line, oldest first, times in UTC: time (data), model, unit, row (the inputs as the model got them), then\n' +
    'request_id, version, variant, score, latency_ms and more; sampled is the share with which it was drawn. label and\n' +
    'label_known_at are there once an outcome was sent. Records are kept for 30 days of data time.',
  arguments: [{ usage: '<model>', description: 'name of the model' }],
  options: [
    { flags: '--last <n>', description: 'how many, the newest by data time', default: '100' },
    { flags: '--out <file>', description: 'write there instead, gzipped when the name ends in .gz' },
    { flags: '--environment <name>', description: "another environment of the reconciler's database" },
    ...addressOptions,
  ],
  examples: [
    { line: 'records flight-delay', explains: 'the last 100' },
    { line: 'records flight-delay --last 10000 --out flights.jsonl.gz', explains: 'to a file, for mainward replay' },
  ],
  async run(context, input) {
    const path = buildPath(input)
    const client = createControlClient(await findControl(context.configuration, input), context.fetch)
    const out = textOption(input, 'out')
    if (out === null) {
      for await (const text of client.read(path)) context.terminal.write(text)
      return 0
    }
    const count = await writeLines(resolve(context.configuration.folder, out), client.read(path))
    context.terminal.writeError(`${count} records in ${out}\n`)
    return 0
  },
}

function buildPath(input: CommandInput): string {
  const last = numberOption(input, 'last', { least: 1 })
  if (!Number.isInteger(last) || last > mostRecords) {
    throw new MainwardError('usage', `--last: expected a whole number from 1 to ${mostRecords}, found ${last}`)
  }
  const environment = textOption(input, 'environment')
  const query = new URLSearchParams({ model: input.arguments[0] ?? '', last: String(last) })
  if (environment !== null) query.set('environment', environment)
  return `/api/v1/records?${query.toString()}`
}
