/** `mainward records`: the newest predictions of a model, as JSON lines that `mainward replay` takes. */
import { resolve } from 'node:path'
import { addressOptions, findControl } from './client/control-address.ts'
import { createControlClient } from './client/control-client.ts'
import { type CommandDefinition, textOption } from './command.ts'
import { environmentOption, recordsPath } from './records/records-request.ts'
import { writeLines } from './records/write-lines.ts'

export const recordsCommand: CommandDefinition = {
  details:
    'One JSON object a line, oldest first, times in UTC: time (data), model, unit, row (the inputs as the model got them), then\n' +
    'request_id, version, variant, score, latency_ms and more; sampled is the share with which it was drawn. label and\n' +
    'label_known_at are there once an outcome was sent. Records are kept for 30 days of data time.',
  arguments: [{ usage: '<model>', description: 'name of the model' }],
  options: [
    { flags: '--last <n>', description: 'how many, the newest by data time', default: '100' },
    { flags: '--out <file>', description: 'write there instead, gzipped when the name ends in .gz' },
    environmentOption,
    ...addressOptions,
  ],
  examples: [
    { line: 'records flight-delay', explains: 'the last 100' },
    { line: 'records flight-delay --last 10000 --out flights.jsonl.gz', explains: 'to a file, for mainward replay' },
  ],
  async run(context, input) {
    const path = recordsPath({
      model: input.arguments[0] ?? '',
      last: textOption(input, 'last') ?? '',
      environment: textOption(input, 'environment'),
    })
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
