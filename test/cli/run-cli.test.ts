import { describe, expect, it } from 'vitest'
import type { CommandDefinition, CommandEntry, CommandInput, ExitCode } from '../../reconciler/cli/command.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import { MainwardError } from '../../reconciler/core/error.ts'
import { createTestContext } from '../support/cli-context.ts'

const loaded: string[] = []

function entry(name: string, parts: Partial<CommandDefinition> = {}): CommandEntry {
  const definition: CommandDefinition = {
    arguments: [],
    options: [],
    examples: [{ line: name, explains: 'an example' }],
    run: () => Promise.resolve(0),
    ...parts,
  }
  return {
    name,
    summary: `what ${name} does`,
    load: () => {
      loaded.push(name)
      return Promise.resolve(definition)
    },
  }
}

async function run(argv: string, commands: readonly CommandEntry[]): Promise<{ code: ExitCode; output: string; errors: string }> {
  const context = createTestContext()
  const code = await runCli({ context, commands, argv: argv.split(' ').filter(Boolean), version: '1.2.3' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}

function echo(inputs: CommandInput[], code: ExitCode = 0): Partial<CommandDefinition> {
  return {
    arguments: [{ usage: '[what]', description: 'anything' }],
    options: [
      { flags: '--format <format>', description: 'how', default: 'text', choices: ['text', 'json'] },
      { flags: '--json', description: 'as JSON' },
      { flags: '--no-clock', description: 'without' },
    ],
    run: (_, input) => {
      inputs.push(input)
      return Promise.resolve(code)
    },
  }
}

describe('a command line', () => {
  it('reaches its command with arguments and options by name', async () => {
    const inputs: CommandInput[] = []
    expect((await run('show Model/a --format json --no-clock', [entry('show', echo(inputs))])).code).toBe(0)
    expect(inputs).toEqual([{ arguments: ['Model/a'], options: { format: 'json', clock: false } }])
  })

  it('ends with the code that the command returns', async () => {
    expect((await run('check', [entry('check', echo([], 1))])).code).toBe(1)
  })

  it('tells a subcommand from the argument of its first word', async () => {
    const parent: CommandInput[] = []
    const child: CommandInput[] = []
    const commands = [entry('history', echo(parent)), entry('history verify', echo(child))]
    await run('history flight-delay --json', commands)
    await run('history verify --json', commands)
    expect([parent.map((input) => input.arguments), child.map((input) => input.options.json)]).toEqual([
      [['flight-delay']],
      [true],
    ])
  })

  it('loads no command for the list of commands, and one for its own help', async () => {
    loaded.length = 0
    const commands = [entry('show'), entry('plan')]
    expect((await run('--help', commands)).output).toContain('what plan does')
    expect(loaded).toEqual([])
    expect((await run('plan --help', commands)).output).toContain('$ mainward plan\n      an example')
    expect(loaded).toEqual(['plan'])
  })

  it.each(['', '--help', 'help'])('prints the commands for "%s"', async (argv) => {
    const { code, output } = await run(argv, [entry('show')])
    expect([code, output.includes('Usage: mainward')]).toEqual([0, true])
  })

  it('prints its version', async () => {
    expect(await run('--version', [])).toEqual({ code: 0, output: '1.2.3\n', errors: '' })
  })

  it.each([
    ['shwo', "error: unknown command 'shwo'\n(Did you mean show?)\nhint: mainward --help\n"],
    ['show --jsn', "error: unknown option '--jsn'\n(Did you mean --json?)\nhint: mainward show --help\n"],
    ['show a b', "error: too many arguments for 'show'. Expected 1 argument but got 2.\nhint: mainward show --help\n"],
    [
      'show --format xml',
      "error: option '--format <format>' argument 'xml' is invalid. Allowed choices are text, json.\nhint: mainward show --help\n",
    ],
  ])('ends with 2 when it is used wrongly: %s', async (argv, errors) => {
    expect(await run(argv, [entry('show', echo([]))])).toEqual({ code: 2, output: '', errors })
  })
})

describe('what a command throws', () => {
  const failing = (thrown: Error): CommandEntry => entry('fail', { run: () => Promise.reject(thrown) })

  it('is one line and a hint', async () => {
    const known = new MainwardError('unavailable', 'nobody answers', { hint: 'start it', cause: new Error('inner') })
    expect(await run('fail', [failing(known)])).toEqual({
      code: 1,
      output: '',
      errors: 'error: nobody answers\nhint: start it\n',
    })
  })

  it('ends with 2 when the user used it wrongly', async () => {
    expect((await run('fail', [failing(new MainwardError('usage', 'no such rule'))])).code).toBe(2)
  })

  it.each(['fail --verbose', '--verbose fail'])('shows the stack and every cause with --verbose: %s', async (argv) => {
    const { errors } = await run(argv, [failing(new MainwardError('timeout', 'late', { cause: new Error('inner') }))])
    expect(errors).toMatch(/^error: late\nMainwardError: late\n\s+at .*\ncaused by: Error: inner\n\s+at /s)
  })

  it('is called a defect when its cause is not known', async () => {
    const { code, errors } = await run('fail', [failing(new TypeError('x is undefined'))])
    expect([code, errors]).toEqual([
      1,
      'error: unexpected: x is undefined\nhint: this is a defect of mainward: --verbose prints the stack\n',
    ])
  })
})
