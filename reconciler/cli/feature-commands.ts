/** The registry of `mainward features`: the group, and one line for each of its subcommands. */
import type { CommandEntry } from './command.ts'

/** In the order in which help lists them. */
const subcommands: readonly CommandEntry[] = [
  {
    name: 'features preview',
    summary: 'the newest rows of a view, with its values as they are known',
    load: async () => (await import('./features-preview-command.ts')).featuresPreviewCommand,
  },
  {
    name: 'features test',
    summary: 'unit tests of views, and with --data what must hold for the rows of sources and views',
    load: async () => (await import('./features-test-command.ts')).featuresTestCommand,
  },
  {
    name: 'features list',
    summary: 'every feature, one line each',
    load: async () => (await import('./features/list-command.ts')).listFeaturesCommand,
  },
  {
    name: 'features search',
    summary: 'views and features by words',
    load: async () => (await import('./features/search-command.ts')).searchFeaturesCommand,
  },
  {
    name: 'features show',
    summary: 'all that is known of a view or feature',
    load: async () => (await import('./features/show-command.ts')).showFeaturesCommand,
  },
  {
    name: 'features diff',
    summary: 'definitions of two commits side by side',
    load: async () => (await import('./features/diff-command.ts')).diffFeaturesCommand,
  },
  {
    name: 'features skew',
    summary: 'whether recorded predictions were given the values of training',
    load: async () => (await import('./features/skew-command.ts')).skewFeaturesCommand,
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
