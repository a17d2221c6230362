/** The registry of `mainward features`: the group, and one line for each of its subcommands. */
import type { CommandEntry } from './command.ts'

/** In the order in which help lists them. */
const subcommands: readonly CommandEntry[] = [
  {
    name: 'features test',
    summary: 'unit tests of views, and with --data what must hold for the rows of sources and views',
    load: async () => (await import('./features-test-command.ts')).featuresTestCommand,
  },
]

export const featureCommands: readonly CommandEntry[] = [
  {
    name: 'features',
    summary: 'look at features, and test them',
    load: async () => (await import('./features-command.ts')).featuresCommand(subcommands),
  },
  ...subcommands,
]
