/** A command's context for tests: what it writes is kept, everything else is the test's own. */
import type { CliContext, Configuration, Terminal } from '../../reconciler/cli/context.ts'

export interface RecordedTerminal extends Terminal {
  readonly output: () => string
  readonly errors: () => string
}

export function createRecordedTerminal(
  options: { readonly interactive?: boolean; readonly width?: number } = {},
): RecordedTerminal {
  const written = { output: '', errors: '' }
  return {
    interactive: options.interactive ?? false,
    width: options.width ?? 100,
    write: (text) => void (written.output += text),
    writeError: (text) => void (written.errors += text),
    style: (_, text) => text,
    output: () => written.output,
    errors: () => written.errors,
  }
}

export interface TestContext extends CliContext {
  readonly terminal: RecordedTerminal
  /** What Ctrl-C does. */
  readonly interrupt: () => void
}

export function createTestContext(
  given: Partial<Configuration> & { readonly input?: string; readonly interactive?: boolean } = {},
): TestContext {
  const { input = '', interactive = false, ...configuration } = given
  const controller = new AbortController()
  return {
    configuration: {
      folder: process.cwd(),
      databaseUrl: null,
      adminToken: null,
      gitToken: null,
      childEnvironment: process.env,
      ...configuration,
    },
    terminal: createRecordedTerminal({ interactive }),
    clock: { now: () => Date.now() },
    readStandardInput: () => Promise.resolve(Buffer.from(input)),
    interruption: () => controller.signal,
    interrupt: () => controller.abort(),
    fetch,
  }
}
