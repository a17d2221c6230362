/** Every command of the registry: its help has an example that its own parser accepts. */
import { describe, expect, it } from 'vitest'
import type { CommandEntry } from '../../reconciler/cli/command.ts'
import { commands } from '../../reconciler/cli/commands.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import { createTestContext } from '../support/cli-context.ts'

/** The words of a command line as a shell splits them: blanks, except within double or single quotes. */
function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? '')
}

/** The registry with commands that only say that they were reached. */
function reachable(reached: string[]): readonly CommandEntry[] {
  return commands.map((entry) => ({
    ...entry,
    load: async () => ({
      ...(await entry.load()),
      run: () => {
        reached.push(entry.name)
        return Promise.resolve(0 as const)
      },
    }),
  }))
}

describe('the registry', () => {
  it('names each command once', () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length)
  })

  it('has summaries in one style: lower case, one line, no full stop', () => {
    const odd = commands.filter(({ summary }) => /^[A-Z]|\.$|\n/.test(summary) || summary.length > 90)
    expect(odd.map(({ name }) => name)).toEqual([])
  })
})

describe.each(commands.map((entry) => [entry.name, entry] as const))('mainward %s', (name, entry) => {
  it('prints help with an example', async () => {
    const context = createTestContext()
    const code = await runCli({ context, commands, argv: [...name.split(' '), '--help'], version: '0' })
    expect(code).toBe(0)
    expect(context.terminal.output()).toContain(`Usage: mainward ${name}`)
    expect(context.terminal.output()).toContain(`Examples:\n  $ mainward ${name}`)
  })

  it('has examples that are accepted as they stand', async () => {
    const { examples } = await entry.load()
    for (const { line } of examples) {
      const reached: string[] = []
      const context = createTestContext()
      const code = await runCli({ context, commands: reachable(reached), argv: splitWords(line), version: '0' })
      expect([line, code, reached, context.terminal.errors()]).toEqual([line, 0, [name], ''])
    }
  })

  it('describes every argument and option', async () => {
    const { arguments: args, options } = await entry.load()
    expect([...args, ...options].filter(({ description }) => description.trim() === '')).toEqual([])
  })
})
