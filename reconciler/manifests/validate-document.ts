/** Validates one parsed document: envelope, schema, the checks of its kind. Knows nothing of other documents. */
import type { Kind } from '../core/resource.ts'
import { isKind, kindDefinitions, kindNames, unsupportedKinds } from './kinds/registry.ts'
import type { WrittenManifest } from './kinds/kind-definition.ts'
import { didYouMean } from './nearest-name.ts'
import { schemaProblem, type PointedProblem } from './schema-problems.ts'
import { schemaErrors } from './schema-validators.ts'

export interface DocumentValidation {
  /** Null when the kind is not one of this version. */
  readonly kind: Kind | null
  readonly problems: readonly PointedProblem[]
  /** The manifest, when every part of it has the right shape. */
  readonly manifest: WrittenManifest<unknown> | null
}

/** Validates a document that was recognised as ours. */
export function validateDocument(value: Readonly<Record<string, unknown>>): DocumentValidation {
  const { kind } = value
  if (!isKind(kind)) return { kind: null, problems: envelopeProblems(value), manifest: null }
  const definition = kindDefinitions[kind]
  const errors = schemaErrors(kind, value)
  if (errors.length === 0 && definition.checks.length === 0) return { kind, problems: [], manifest: manifestOf(value) }
  const problems = errors.map((error) => schemaProblem(error, definition.unsupported)).filter((problem) => problem !== null)
  const broken = problems.map((problem) => problem.broken).filter((pointer) => pointer !== null)
  const manifest = manifestOf(value)
  for (const rule of definition.checks) {
    if (rule.reads.some((read) => broken.some((pointer) => touches(read, pointer)))) continue
    rule.check(manifest, (pointer, problem, part) => {
      const place = part === undefined ? {} : typeof part === 'number' ? { at: part } : { part }
      problems.push({ ...problem, pointer, broken: null, ...place })
    })
  }
  return { kind, problems, manifest: broken.length === 0 ? manifest : null }
}

/** Only called for what the broken parts do not touch; the schema has proved the rest. */
function manifestOf(value: Readonly<Record<string, unknown>>): WrittenManifest<unknown> {
  return value as Readonly<Record<string, unknown>> & WrittenManifest<unknown>
}

/** Whether one JSON pointer lies inside of the other. */
function touches(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}

function envelopeProblems(value: Readonly<Record<string, unknown>>): PointedProblem[] {
  const problems: PointedProblem[] = []
  const { apiVersion, kind } = value
  if (apiVersion === undefined) problems.push(missing('apiVersion', Object.keys(value)))
  else if (apiVersion !== expectedApiVersion) {
    const message = `expected ${expectedApiVersion}, found ${JSON.stringify(apiVersion)}`
    problems.push({ rule: 'api-version', message, hint: `write ${expectedApiVersion}`, pointer: '/apiVersion', broken: '' })
  }
  if (kind === undefined) problems.push(missing('kind', Object.keys(value)))
  else problems.push(unknownKind(kind))
  return problems
}

const expectedApiVersion = 'mainward.dev/v1alpha1'

function missing(field: string, found: readonly string[]): PointedProblem {
  const near = didYouMean(field, found)
  const message = `expected the field ${field} in the manifest, found none`
  const hint = near === undefined ? undefined : near.replace('did you mean', `write ${field} instead of`).replace('?', '')
  return { rule: 'missing-field', message, hint, pointer: '', broken: '' }
}

function unknownKind(kind: unknown): PointedProblem {
  const name = typeof kind === 'string' ? kind : JSON.stringify(kind)
  if (unsupportedKinds.includes(name)) {
    const message = `the kind ${name} is not supported by this version`
    return { rule: 'not-supported', message, pointer: '/kind', broken: '' }
  }
  const message = `expected one of ${kindNames.join(', ')}, found ${name}`
  return { rule: 'unknown-kind', message, hint: didYouMean(name, kindNames), pointer: '/kind', broken: '' }
}
