/** `mainward demo` as a command line. What it does stands in demo.ts. */
import { type CommandDefinition, flagOption } from './command.ts'
import { runDemo } from './demo.ts'
import { commonOptions, createUpEffects, readCommonOptions } from './up-command.ts'

export const demoCommand: CommandDefinition = {
  details: 'Puts a copy of the example under demo/, as a git repository of its own, and runs mainward up on it.',
  arguments: [],
  options: [{ flags: '--fresh', description: 'make demo/ again, without what was done in it' }, ...commonOptions],
  examples: [
    { line: 'demo', explains: 'reconcile and serve the example repository' },
    { line: 'demo --fresh --port 0', explains: 'from the beginning, on a free port' },
  ],
  run: (context, input) => runDemo({ ...readCommonOptions(input), fresh: flagOption(input, 'fresh') }, createUpEffects(context)),
}
