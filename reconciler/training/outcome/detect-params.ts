/** Parameters that a trainer really used, as far as its command line and its params file tell. Pure. */
import { canonicalJson, type Json } from '../../core/digest.ts'
import type { TrainingParams } from '../../core/training-run.ts'

export interface DetectedParams {
  readonly params: TrainingParams
  /** Whole sentences, one for each difference from the declared ones. */
  readonly warnings: readonly string[]
}

export interface ParamSources {
  readonly declared: TrainingParams
  readonly command: readonly string[]
  /** The params file as the trainer left it; null: it is no JSON object any more. */
  readonly left: TrainingParams | null
}

/** Of a name that is in both, what the params file says counts: the trainer wrote it last. */
export function detectParams({ declared, command, left }: ParamSources): DetectedParams {
  const line = readCommandLine(command)
  const file = left ?? {}
  const byLine = Object.keys(line).flatMap((name) => differ(name, declared[name], line[name], 'the command line says'))
  const byFile =
    left === null
      ? ['the trainer left a params file that is no JSON object: what it used is not known']
      : Object.keys(declared).flatMap((name) => differ(name, declared[name], file[name], 'the trainer left in its params file'))
  return { params: { ...line, ...file }, warnings: [...byLine, ...byFile] }
}

function differ(name: string, declared: Json | undefined, found: Json | undefined, where: string): readonly string[] {
  if (declared === undefined) return []
  if (found !== undefined && canonicalJson(declared) === canonicalJson(found)) return []
  const shown = found === undefined ? 'nothing' : canonicalJson(found)
  return [`the parameter ${name} is declared as ${canonicalJson(declared)}, and ${where} ${shown}`]
}

/** `--name value`, `--name=value`, `name=value`; a name without a value is true. Dashes in names become underscores. */
function readCommandLine(command: readonly string[]): TrainingParams {
  const found: [string, Json][] = []
  for (const [index, argument] of command.entries()) {
    const [, dashes = '', name, equals, value = ''] = /^(--)?([A-Za-z][\w.-]*)(=)?(.*)$/s.exec(argument) ?? []
    if (name === undefined || (dashes === '' && equals === undefined)) continue
    const next = command[index + 1]
    const written = equals === undefined ? (next === undefined || /^--[A-Za-z]/.test(next) ? 'true' : next) : value
    if (equals === undefined && value !== '') continue
    found.push([name.replaceAll('-', '_'), readValue(written)])
  }
  return Object.fromEntries(found)
}

/** A number or a word of JSON is that; everything else is text. */
function readValue(text: string): Json {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}
