/** `mainward status`: what a running reconciler serves and what is wrong. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatusDocument } from '../core/status.ts'
import { addressOptions, findControl } from './client/control-address.ts'
import { type ControlClient, createControlClient } from './client/control-client.ts'
import { type CommandDefinition, flagOption } from './command.ts'
import type { CliContext } from './context.ts'
import { renderStatus } from './render-status.ts'

const watchIntervalMs = 1_000

export const statusCommand: CommandDefinition = {
  details: 'Exit code 0 whenever a status could be read, also when it tells of trouble.',
  arguments: [],
  options: [
    { flags: '--json', description: 'the document of GET /api/v1/status' },
    { flags: '--watch', description: 'print again whenever something changes, until Ctrl-C' },
    ...addressOptions,
  ],
  examples: [
    { line: 'status', explains: 'of the reconciler whose state folder is nearest' },
    { line: 'status --watch', explains: 'follow a rollout' },
    { line: 'status --json --server http://127.0.0.1:8090', explains: 'for programs' },
  ],
  async run(context, input) {
    const client = createControlClient(await findControl(context.configuration, input), context.fetch)
    const render = flagOption(input, 'json')
      ? (status: StatusDocument) => `${JSON.stringify(status, null, 2)}\n`
      : (status: StatusDocument) => renderStatus(status, context.terminal.style)
    if (flagOption(input, 'watch')) await watchStatus(context, client, render)
    else context.terminal.write(render(await client.get<StatusDocument>('/api/v1/status')))
    return 0
  },
}

/** On a terminal the newest status stands alone on the screen; elsewhere each change is printed below the one before. */
async function watchStatus(
  context: CliContext,
  client: ControlClient,
  render: (status: StatusDocument) => string,
): Promise<void> {
  const signal = context.interruption()
  const { terminal } = context
  let shown = ''
  while (!signal.aborted) {
    const text = render(await client.get<StatusDocument>('/api/v1/status'))
    if (text !== shown) terminal.write(terminal.interactive ? `\u001b[H\u001b[2J${text}` : shown === '' ? text : `\n${text}`)
    shown = text
    await sleep(watchIntervalMs, undefined, { signal }).catch((stopped: unknown) => {
      if (!signal.aborted) throw stopped
    })
  }
}
