/** `mainward features`: lists its subcommands, and names the nearest for a word that is none. */
import { describe, expect, it } from 'vitest'
import type { CommandEntry } from '../../reconciler/cli/command.ts'
import { featuresCommand } from '../../reconciler/cli/features-command.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import { createTestContext } from '../support/cli-context.ts'

const subcommands: readonly CommandEntry[] = ['test', 'list'].map((word) => ({
  name: `features ${word}`,
  summary: `what ${word} does`,
  load: () =>
    Promise.resolve({
      arguments: [],
      options: [{ flags: '--json', description: 'as JSON' }],
      examples: [{ line: `features ${word}`, explains: 'an example' }] as const,
      run: () => Promise.resolve(0 as const),
    }),
}))

const group: CommandEntry = { name: 'features', summary: 'a group', load: () => Promise.resolve(featuresCommand(subcommands)) }

async function run(argv: string): Promise<readonly [number, string]> {
  const context = createTestContext()
  const code = await runCli({ context, commands: [group, ...subcommands], argv: argv.split(' '), version: '0' })
  return [code, context.terminal.output() + context.terminal.errors()]
}

describe('mainward features', () => {
  it('lists its subcommands', async () => {
    expect(await run('features')).toEqual([
      0,
      'command                 what it is for\nmainward features test  what test does\nmainward features list  what list does\n',
    ])
  })

  it('hands a word of the registry to its subcommand', async () => {
    expect(await run('features list --json')).toEqual([0, ''])
  })

  it.each([
    ['features tset', 'found tset', 'did you mean test?'],
    ['features tset --json Model/x', 'found tset', 'did you mean test?'],
    ['features nothing-near', 'found nothing-near', 'there are test, list'],
    ['features --json', 'found --json', 'there are test, list'],
  ])('%s is wrong use', async (argv, found, hint) => {
    const [code, text] = await run(argv)
    expect(code).toBe(2)
    expect(text).toContain(`expected a subcommand of features, ${found}`)
    expect(text).toContain(hint)
  })
})
