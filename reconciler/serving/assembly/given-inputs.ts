/**
 * The inputs of a request as it has them, by name: which may be there, and what views add to them. Knows no tensors of a model.
 */
import { MainwardError } from '../../core/error.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Datatype } from '../../core/release.ts'
import type { DeclaredTensor } from '../../inference/model.ts'
import { describe } from '../../inference/rows/cell.ts'
import type { TensorData } from '../../inference/tensor.ts'

/** One input of a request; `data` was not looked at yet. */
export interface InferInput {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  /** JSON values, flat or nested; or typed elements, flat: a typed array of the datatype, strings for BYTES. */
  readonly data: readonly unknown[] | TensorData
}

/** Bounds of a request: rows, elements of a tensor, texts of a tensor, bytes of a text. */
export interface AssemblyLimits {
  readonly rows: number
  readonly bodyBytes: number
  readonly texts: number
  readonly textBytes: number
}

export interface InferInputs {
  readonly inputs: readonly InferInput[]
  /** Names that may be there although this release does not use them: other releases of the same route do. */
  readonly tolerated: ReadonlySet<string>
  readonly limits: AssemblyLimits
  /** Columns that were read from views: they count, whatever the request has under their names. */
  readonly features?: readonly InferInput[]
}

const datatypes = {
  bool: 'BOOL',
  int32: 'INT32',
  int64: 'INT64',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
} as const satisfies Record<Exclude<FeatureDtype, 'timestamp'>, Datatype>

/** The datatype of the tensor of a named feature. */
export function datatypeOfDtype(dtype: FeatureDtype): Datatype {
  return dtype === 'timestamp' ? 'BYTES' : datatypes[dtype]
}

/** What the views of a release have to do with its inputs. */
export interface JoinedInputs {
  /** By the model's name of a feature, where it is read: no caller sends it. */
  readonly sources: ReadonlyMap<string, { readonly view: { readonly name: string } }>
  /** Names of on-demand features: no caller sends them either. */
  readonly computed: ReadonlySet<string>
  /** What callers send instead: tensors of keys, and of what on-demand features alone read. */
  readonly keys: readonly DeclaredTensor[]
}

export const noViews: JoinedInputs = { sources: new Map(), computed: new Set(), keys: [] }

/** Throws `invalid-input` for inputs that are unknown or doubled, and for features that no caller sends. */
export function indexInputs(
  { inputs, tolerated, features = [] }: InferInputs,
  names: ReadonlySet<string>,
  joined: JoinedInputs,
): ReadonlyMap<string, InferInput> {
  const given = new Map<string, InferInput>()
  for (const input of inputs) {
    if (given.has(input.name)) throw invalid(`the input "${input.name}" is there twice`)
    if (!names.has(input.name) && !tolerated.has(input.name)) {
      assertUnsent(input.name, `the input "${input.name}"`, joined)
      throw invalid(`the model has no input ${describe(input.name)}; it has ${[...names].join(', ')}`)
    }
    given.set(input.name, input)
  }
  for (const feature of features) given.set(feature.name, feature)
  return given
}

/** Throws `invalid-input` for a feature that is read or computed, and was sent. */
export function assertUnsent(name: string, what: string, { sources, computed }: JoinedInputs): void {
  const source = sources.get(name)
  if (source !== undefined) {
    throw invalid(`${what} is read from the view "${source.view.name}": send the keys of the model's views instead`)
  }
  if (computed.has(name)) throw invalid(`${what} is computed on demand: send what it is computed of instead`)
}

function invalid(message: string): MainwardError {
  return new MainwardError('invalid-input', message)
}
