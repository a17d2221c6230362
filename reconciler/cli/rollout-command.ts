/** `mainward abort`, `resume`, `promote` and `retry`: what a person tells a rollout. The leader decides whether it can be done. */
import { addressOptions, findControl } from './client/control-address.ts'
import { createControlClient } from './client/control-client.ts'
import { type CommandDefinition, type CommandExample, textOption } from './command.ts'

type Verb = 'abort' | 'resume' | 'promote' | 'retry'

/** The leader's answer to a command. */
interface CommandAnswer {
  readonly accepted: boolean | null
  readonly outcome: string | null
}

const examples: Readonly<Record<Verb, CommandExample>> = {
  abort: {
    line: 'abort flight-delay --reason "scores look wrong for night flights"',
    explains: 'the stable version takes all traffic again at once; the release stays rejected',
  },
  resume: { line: 'resume flight-delay --reason "checked by hand"', explains: 'goes on behind a step that waits for a person' },
  promote: {
    line: 'promote flight-delay --reason "fix for the outage"',
    explains: 'skips the remaining steps; only for a release that every serving process has proven',
  },
  retry: { line: 'retry flight-delay --reason "the store was unreachable"', explains: 'lifts a rejection and begins again' },
}

export function rolloutCommand(verb: Verb): CommandDefinition {
  return {
    details: 'Exit code 1 when the leader refuses. The reason becomes part of the history.',
    arguments: [{ usage: '<rollout>', description: 'name of the rollout' }],
    options: [
      { flags: '--reason <text>', description: 'why: kept in the history', required: true },
      { flags: '--name <name>', description: 'who asks, for the history' },
      ...addressOptions,
    ],
    examples: [examples[verb]],
    async run({ configuration, terminal, fetch }, input) {
      const client = createControlClient(await findControl(configuration, input), fetch)
      const [rollout = ''] = input.arguments
      const name = textOption(input, 'name')
      const body = { verb, rollout, reason: textOption(input, 'reason') ?? '', ...(name === null ? {} : { name }) }
      const { accepted, outcome } = await client.post<CommandAnswer>('/api/v1/commands', body)
      if (accepted === false) {
        terminal.writeError(`${terminal.style('red', 'refused:')} ${outcome ?? 'the leader gave no reason'}\n`)
        return 1
      }
      terminal.write(`${outcome ?? `${verb} of ${rollout} is noted; the leader takes it up next`}\n`)
      return 0
    },
  }
}
