/** `mainward features`: says which subcommands there are. Each is a command of its own; this one knows none of them. */
import { MainwardError } from '../core/error.ts'
import { didYouMean } from '../manifests/nearest-name.ts'
import type { CommandDefinition, CommandEntry } from './command.ts'
import { renderTable } from './table.ts'

export function featuresCommand(subcommands: readonly CommandEntry[]): CommandDefinition {
  return {
    details: 'mainward features SUBCOMMAND --help says what a subcommand takes.',
    arguments: [{ usage: '[subcommand]', description: 'without one they are listed' }],
    options: [],
    takesAnyWords: true,
    examples: [{ line: 'features', explains: 'what can be done with features' }],
    run({ terminal }, { arguments: [word] }) {
      if (word !== undefined) throw unknownSubcommand(word, subcommands)
      const rows = subcommands.map(({ name, summary }) => [`mainward ${name}`, summary])
      terminal.write(renderTable([{ title: 'command' }, { title: 'what it is for' }], rows))
      return Promise.resolve(0)
    },
  }
}

function unknownSubcommand(word: string, subcommands: readonly CommandEntry[]): MainwardError {
  const names = subcommands.map(({ name }) => name.replace('features ', ''))
  return new MainwardError('usage', `expected a subcommand of features, found ${word}`, {
    hint: didYouMean(word, names) ?? `there are ${names.join(', ')}`,
  })
}
