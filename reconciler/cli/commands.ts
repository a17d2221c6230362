/** The registry of commands: one line each. A command's file is loaded only when it is used. */
import type { CommandEntry } from './command.ts'

/** In the order in which `mainward --help` lists them; a subcommand stands behind its first word. */
export const commands: readonly CommandEntry[] = []
