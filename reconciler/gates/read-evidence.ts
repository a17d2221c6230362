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

function problemsOf({ digest, dataset, verdict, evaluation, artifactSha256 }: Members): readonly string[] {
  const isDigest = typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)
  return [
    ...(isDigest ? [] : ['digest']),
    ...(isMembers(dataset) && isCounts(dataset['rows']) ? [] : ['dataset.rows']),
    ...(isTextOrAbsent(artifactSha256) ? [] : ['artifactSha256']),
    ...(isMembers(verdict) ? listProblems('verdict.gates', verdict['gates'], isGate) : ['verdict.gates']),
    ...(isMembers(evaluation) ? evaluationProblems(evaluation) : ['evaluation']),
  ]
}

function evaluationProblems(evaluation: Members): readonly string[] {
  const { confidence, production, measurements, tests, expectations, dataChecks } = evaluation
  const isShare = typeof confidence === 'number' && confidence > 0 && confidence < 1
  return [
    ...(isShare ? [] : ['evaluation.confidence']),
    ...(isMembers(production) && isProduction(production) ? [] : ['evaluation.production']),
    ...listProblems('evaluation.measurements', measurements, isMeasurement),
    ...listProblems('evaluation.tests', tests, isOutcome),
    ...listProblems('evaluation.expectations', expectations, isExpectation),
    ...listProblems('evaluation.dataChecks', dataChecks, isOutcome),
  ]
}

/** Names the first member of the list that is wrong. */
function listProblems(name: string, value: unknown, isRight: (member: Members) => boolean): readonly string[] {
  if (!Array.isArray(value)) return [name]
  const wrong = value.findIndex((member) => !isMembers(member) || !isRight(member))
  return wrong === -1 ? [] : [`${name}[${wrong}]`]
}

function isProduction({ version, because }: Members): boolean {
  return version === null ? typeof because === 'string' : isCount(version) && isTextOrAbsent(because)
}

function isMeasurement(found: Members): boolean {
  const { metric, of, rows, clusters, degreesOfFreedom: df, group, across, method, because } = found
  return (
    areTexts([metric, of]) &&
    [method, because].every(isTextOrAbsent) &&
    isCount(rows) &&
    (clusters === undefined || isCount(clusters)) &&
    (df === undefined || (typeof df === 'number' && df >= minimumFreedom && df < Infinity)) &&
    isInterval(found) &&
    (group === undefined || isGroup(group)) &&
    (across === undefined || (isMembers(across) && isAcross(across)))
  )
}

/** Of two clusters. Less has no meaning, and quantiles beyond every number. */
const minimumFreedom = 1

/** Finite, the ends in their order. YAML knows .nan and .inf: a value that is not there is null. */
function isInterval({ estimate, low, high }: Members): boolean {
  const areNumbers = [estimate, low, high].every((value) => value === null || Number.isFinite(value))
  return areNumbers && !(typeof low === 'number' && typeof high === 'number' && low > high)
}

function isAcross({ columns, how, minGroup, leftOut, lowest, highest }: Members): boolean {
  return (
    Array.isArray(columns) &&
    areTexts([how, ...(columns as readonly unknown[])]) &&
    (minGroup === undefined || isCount(minGroup)) &&
    listProblems('', leftOut, isGroup).length === 0 &&
    [lowest, highest].every((group) => group === undefined || isGroup(group))
  )
}

function isGroup(value: unknown): boolean {
  return isMembers(value) && Object.values(value).every((text) => text === null || typeof text === 'string')
}

/** A status or severity of another name would be neither counted nor judged. */
function isOutcome({ name, status, message }: Members): boolean {
  return areTexts([name, message]) && ['passed', 'failed', 'error'].includes(status as string)
}

function isExpectation(outcome: Members): boolean {
  return isOutcome(outcome) && ['critical', 'warning', 'info'].includes(outcome['severity'] as string)
}

function isGate({ kind, name, digest, verdict, rules }: Members): boolean {
  const isRule = ({ rule, verdict: own }: Members): boolean => areTexts([rule, own])
  return areTexts([kind, name, digest, verdict]) && listProblems('', rules, isRule).length === 0
}

function areTexts(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string')
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isCounts(value: unknown): boolean {
  return isMembers(value) && Object.values(value).every(isCount)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isMembers(value: unknown): value is Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
