/** The shape of a command: what a file in this folder exports and what the registry holds. Knows no command. */
import { MainwardError } from '../core/error.ts'
import type { CliContext } from './context.ts'

/** 0 fine, 1 the check failed, 2 used wrongly. */
export type ExitCode = 0 | 1 | 2

export interface ArgumentDefinition {
  /** As in usage lines: `<rollout>` required, `[path]` optional, `[paths...]` several. */
  readonly usage: string
  readonly description: string
}

export interface OptionDefinition {
  /** As in usage lines: `--format <format>`, `--json`. */
  readonly flags: string
  readonly description: string
  readonly default?: string | number | boolean
  /** The only values allowed. */
  readonly choices?: readonly string[]
  readonly required?: boolean
}

export interface CommandExample {
  /** The command line after `mainward`. */
  readonly line: string
  readonly explains: string
}

/** What was written on the command line, checked against the definition. Options by their camel-case names. */
export interface CommandInput {
  readonly arguments: readonly string[]
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>
}

export interface CommandDefinition {
  /** A paragraph below the summary in `--help`. */
  readonly details?: string
  readonly arguments: readonly ArgumentDefinition[]
  readonly options: readonly OptionDefinition[]
  /** True: words and options that are not described reach `run` as arguments, so that it can say what is wrong with them. */
  readonly takesAnyWords?: true
  /** At least one. */
  readonly examples: readonly [CommandExample, ...CommandExample[]]
  run(context: CliContext, input: CommandInput): Promise<ExitCode>
}

/** One line of the registry: enough for `mainward --help`; the rest is loaded when the command is used. */
export interface CommandEntry {
  /** One word, or two for a subcommand: `history verify`. */
  readonly name: string
  readonly summary: string
  load(): Promise<CommandDefinition>
}

/** The option's text, or null when it was not given. */
export function textOption(input: CommandInput, name: string): string | null {
  const value = input.options[name]
  return value === undefined || typeof value === 'boolean' ? null : String(value)
}

export function flagOption(input: CommandInput, name: string): boolean {
  return input.options[name] === true
}

/** `goldenRows` as it is typed: `--golden-rows`. */
export function optionFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

export interface NumberBounds {
  readonly least: number
  /** What is counted, where the option's name does not say it: a unit written behind the number is none of ours. */
  readonly unit?: string
}

/** The option as a number of at least `least`. Throws `usage` for anything else. */
export function numberOption(input: CommandInput, name: string, { least, unit }: NumberBounds): number {
  const text = textOption(input, name) ?? ''
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value) && value >= least) return value
  const wanted = unit === undefined ? `a number of at least ${least}` : `${unit} as a number of at least ${least}, without a unit`
  throw new MainwardError('usage', `${optionFlag(name)}: expected ${wanted}, found ${text === '' ? 'nothing' : text}`)
}
