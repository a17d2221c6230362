/** What a command gets from outside: configuration and effects as plain values. Created in main.ts; knows no command. */
import type { Clock } from '../core/clock.ts'

/** Everything that comes from the environment and the command line's surroundings, read once. */
export interface Configuration {
  /** The folder in which the program was started. */
  readonly folder: string
  /** `DATABASE_URL`: a database to use in place of the embedded one. */
  readonly databaseUrl: string | null
  /** `MAINWARD_TOKEN`: the admin token of a running reconciler. */
  readonly adminToken: string | null
  /** `MAINWARD_GIT_TOKEN`: the token of an http(s) remote. */
  readonly gitToken: string | null
  /** What child processes inherit. */
  readonly childEnvironment: Readonly<Record<string, string | undefined>>
}

/** Standard output and error. Text is written as it is: lines end where the text says so. */
export interface Terminal {
  /** True when standard output is a terminal that understands cursor movement and colours. */
  readonly interactive: boolean
  /** Columns of the terminal; 100 when it is none. */
  readonly width: number
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** The text in a style; unchanged when there are no colours. */
  readonly style: (style: TextStyle, text: string) => string
}

export type TextStyle = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export interface CliContext {
  readonly configuration: Configuration
  readonly terminal: Terminal
  readonly clock: Clock
  /** All of standard input. */
  readonly readStandardInput: () => Promise<Uint8Array>
  /** Aborted by the first Ctrl-C (or SIGTERM); a second one ends the program. Before the first call they end it at once. */
  readonly interruption: () => AbortSignal
  readonly fetch: typeof fetch
}
