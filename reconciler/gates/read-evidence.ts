/** The evidence of a version's file as a value that can be judged, or why it can not. Its text was written by others: nothing is believed. */
import type { Json } from '../core/digest.ts'
import type { Evidence } from '../core/evidence.ts'

export type EvidenceReading =
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** Free words, or nothing: an imported version. */
  | { readonly type: 'none' }
  /** It says that it is evidence, and lacks what judging reads. */
  | { readonly type: 'broken'; readonly message: string }

type Members = Readonly<Record<string, unknown>>

export function readEvidence(written: Readonly<Record<string, Json>>): EvidenceReading {
  if (!Object.hasOwn(written, 'evidenceVersion')) return { type: 'none' }
  if (written['evidenceVersion'] !== 1) {
    return { type: 'broken', message: `expected evidenceVersion 1, found ${JSON.stringify(written['evidenceVersion'])}` }
  }
  const [missing] = problemsOf(written)
  if (missing !== undefined)
    return { type: 'broken', message: `expected ${missing} as mainward train writes it, found none or another value` }
  return { type: 'evidence', evidence: written as unknown as Evidence }
}

function problemsOf({ digest, dataset, verdict, evaluation }: Members): readonly string[] {
  const isDigest = typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)
  return [
    ...(isDigest ? [] : ['digest']),
    ...(isMembers(dataset) && isNumbers(dataset['rows']) ? [] : ['dataset.rows']),
    ...(isMembers(verdict) && isList(verdict['gates'], isGate) ? [] : ['verdict.gates']),
    ...(isMembers(evaluation) ? evaluationProblems(evaluation) : ['evaluation']),
  ]
}

function evaluationProblems(evaluation: Members): readonly string[] {
  const { confidence, production, measurements } = evaluation
  const isShare = typeof confidence === 'number' && confidence > 0 && confidence < 1
  const isProduction = isMembers(production) && (production['version'] === null || typeof production['version'] === 'number')
  return [
    ...(isShare ? [] : ['evaluation.confidence']),
    ...(isProduction ? [] : ['evaluation.production']),
    ...(isList(measurements, isMeasurement) ? [] : ['evaluation.measurements']),
    ...['tests', 'expectations', 'dataChecks']
      .filter((name) => !isList(evaluation[name], isOutcome))
      .map((name) => `evaluation.${name}`),
  ]
}

function isMeasurement({ metric, of, rows, estimate, low, high, group, across, degreesOfFreedom: df }: Members): boolean {
  const isKnown = typeof metric === 'string' && typeof of === 'string' && typeof rows === 'number'
  const isValue = [estimate, low, high].every((value) => value === null || typeof value === 'number')
  const isFree = df === undefined || (typeof df === 'number' && df > 0)
  const isPlace = (group === undefined || isMembers(group)) && (across === undefined || (isMembers(across) && isAcross(across)))
  return isKnown && isValue && isFree && isPlace
}

function isAcross({ columns, leftOut, lowest, highest }: Members): boolean {
  const isNamed = Array.isArray(columns) && columns.every((column) => typeof column === 'string')
  return isNamed && isList(leftOut, () => true) && [lowest, highest].every((group) => group === undefined || isMembers(group))
}

function isOutcome({ name, status, message }: Members): boolean {
  return areTexts([name, status, message])
}

function isGate({ kind, name, digest, verdict, rules }: Members): boolean {
  return areTexts([kind, name, digest, verdict]) && isList(rules, ({ rule, verdict: own }) => areTexts([rule, own]))
}

function areTexts(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string')
}

function isList(value: unknown, isRight: (member: Members) => boolean): boolean {
  return Array.isArray(value) && value.every((member) => isMembers(member) && isRight(member))
}

function isNumbers(value: unknown): boolean {
  return isMembers(value) && Object.values(value).every(Number.isSafeInteger)
}

function isMembers(value: unknown): value is Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
