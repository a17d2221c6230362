/** The registry of `mainward features`: the group, and one line for each of its subcommands. */
import type { CommandEntry } from './command.ts'

/** In the order in which help lists them. */
const subcommands: readonly CommandEntry[] = []

export const featureCommands: readonly CommandEntry[] = [
  {
    name: 'features',
    summary: 'look at features, and test them',
    load: async () => (await import('./features-command.ts')).featuresCommand(subcommands),
  },
  ...subcommands,
]
