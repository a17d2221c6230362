/** How requests become a release's inputs, whatever form they have: compiled once, with what its views change about it. */
import type { Release } from '../../core/release.ts'
import { compileRowAssembler, type RowAssembler } from '../../inference/rows/row-assembler.ts'
import { compileInputAssembler, type InputAssembler } from '../assembly/input-assembler.ts'
import { keyDatatype } from '../features/key-inputs.ts'
import { compileViewJoin, type ViewJoin } from '../features/view-join.ts'

export interface ReleaseRequests {
  /** Of rows that have the features of views already. */
  readonly rows: RowAssembler
  readonly inputs: InputAssembler
  /** Null: nothing is read for its requests. */
  readonly join: ViewJoin | null
  /** What a row of a caller has: features that are not read from a view, and keys. */
  readonly fields: ReadonlySet<string>
}

/** Throws `unsupported` for a signature or views that this version can not fill. */
export function compileRequests(release: Release): ReleaseRequests {
  const rows = compileRowAssembler(release)
  const join = compileViewJoin(release)
  if (join === null) return { rows, inputs: compileInputAssembler(release), join, fields: rows.fields }
  const { sources } = join
  const keys = [...join.keys].map(([name, { dtype }]) => ({ name, datatype: keyDatatype(dtype), shape: [-1] }))
  const fields = new Set([...[...rows.fields].filter((name) => !sources.has(name)), ...join.keys.keys()])
  return { rows, inputs: compileInputAssembler(release, { sources, keys }), join, fields }
}
