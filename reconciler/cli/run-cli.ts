/** From argv to an exit code: finds the command, parses its arguments, runs it, reports what went wrong. Knows no command by name. */
import { Command, CommanderError, Option } from 'commander'
import { reportFailure } from './report-failure.ts'
import type { CommandDefinition, CommandEntry, CommandInput, ExitCode, OptionDefinition } from './command.ts'
import type { CliContext } from './context.ts'

interface Invocation {
  readonly definition: CommandDefinition
  readonly input: CommandInput
}

export interface CommandLine {
  readonly context: CliContext
  readonly commands: readonly CommandEntry[]
  /** Without `node` and the script. */
  readonly argv: readonly string[]
  readonly version: string
}

/** Runs one command line. Never throws: every failure becomes text and an exit code. */
export async function runCli(line: CommandLine): Promise<ExitCode> {
  try {
    const invocation = await parseCommandLine(line)
    return invocation === null ? 0 : await invocation.definition.run(line.context, invocation.input)
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    return reportFailure(line.context.terminal, thrown, line.argv.includes('--verbose'))
  }
}

/** Null when the command line asked for nothing but text (help, version) that has been printed. */
async function parseCommandLine({ context, commands, argv, version }: CommandLine): Promise<Invocation | null> {
  const chosen: { invocation: Invocation | null } = { invocation: null }
  const program = createCommand('mainward', context)
    .description('A GitOps reconciler for machine learning: a commit on main becomes what is served.')
    .version(version, '--version', 'print the version')
    .addHelpText('after', '\nExit codes: 0 fine, 1 the check failed, 2 used wrongly.')
  const used = await loadUsed(commands, argv)
  for (const entry of commands) {
    const command = addCommand(program, entry, context)
    const definition = used.get(entry.name)
    if (definition === undefined) continue
    describeCommand(command, definition)
    command.action(() => {
      chosen.invocation = { definition, input: { arguments: command.args, options: command.opts() } }
    })
  }
  if (argv.length === 0) program.outputHelp()
  else await program.parseAsync([...argv], { from: 'user' })
  return chosen.invocation
}

/** Definitions of the commands that the words of the command line can mean; the others stay unloaded. */
async function loadUsed(
  commands: readonly CommandEntry[],
  argv: readonly string[],
): Promise<ReadonlyMap<string, CommandDefinition>> {
  const words = argv.filter((word) => !word.startsWith('-'))
  const first = words[0] === 'help' ? words[1] : words[0]
  const meant = commands.filter(({ name }) => name.split(' ')[0] === first)
  return new Map(await Promise.all(meant.map(async (entry) => [entry.name, await entry.load()] as const)))
}

/** Adds a command below the program, or below its first word for a subcommand. */
function addCommand(program: Command, { name, summary }: CommandEntry, context: CliContext): Command {
  const words = name.split(' ')
  const parent = words.length === 1 ? program : program.commands.find((command) => command.name() === words[0])
  if (parent === undefined) throw new Error(`the command ${name} stands before its first word in the registry`)
  const command = createCommand(name, context).description(summary)
  parent.addCommand(command)
  return command
}

function createCommand(name: string, { terminal }: CliContext): Command {
  const fullName = name === 'mainward' ? name : `mainward ${name}`
  return new Command(name.split(' ').at(-1))
    .exitOverride()
    .enablePositionalOptions()
    .allowExcessArguments(false)
    .option('--verbose', 'print the stack of an error')
    .helpOption('--help', 'print this help')
    .showHelpAfterError(`hint: ${fullName} --help`)
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.width,
    })
}

function describeCommand(command: Command, definition: CommandDefinition): void {
  for (const { usage, description } of definition.arguments) command.argument(usage, description)
  for (const option of definition.options) command.addOption(createOption(option))
  if (definition.takesAnyWords === true) command.allowExcessArguments().allowUnknownOption()
  const examples = definition.examples.map(({ line, explains }) => `  $ mainward ${line}\n      ${explains}`)
  const details = definition.details === undefined ? '' : `\n${definition.details}\n`
  command.addHelpText('after', `${details}\nExamples:\n${examples.join('\n')}`)
}

function createOption({ flags, description, default: value, choices, required = false }: OptionDefinition): Option {
  const option = new Option(flags, description).makeOptionMandatory(required)
  if (value !== undefined) option.default(value)
  return choices === undefined ? option : option.choices(choices)
}
