/** Runs one command line in this process, with everything it writes kept. */
import { commands } from '../../reconciler/cli/commands.ts'
import type { ExitCode } from '../../reconciler/cli/command.ts'
import type { Configuration } from '../../reconciler/cli/context.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import { createTestContext } from './cli-context.ts'

export interface CommandOutcome {
  readonly code: ExitCode
  readonly output: string
  readonly errors: string
}

export async function runCommand(
  folder: string,
  argv: readonly string[],
  given: Partial<Configuration> & { readonly input?: string } = {},
): Promise<CommandOutcome> {
  const context = createTestContext({ folder, ...given })
  const code = await runCli({ context, commands, argv, version: '0' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}
