/** How requests become a release's inputs, whatever form they have: compiled once, with what its views and on-demand features change about it. */
import type { Release } from '../../core/release.ts'
import { compileRowAssembler, type RowAssembler } from '../../inference/rows/row-assembler.ts'
import { compileInputAssembler, type InputAssembler } from '../assembly/input-assembler.ts'
import { datatypeOfDtype } from '../assembly/given-inputs.ts'
import { keyDatatype } from '../features/key-inputs.ts'
import { compileViewJoin, type ViewJoin } from '../features/view-join.ts'

export interface ReleaseRequests {
  /** Of rows that have the features of views, and what is computed, already. */
  readonly rows: RowAssembler
  readonly inputs: InputAssembler
  /** Null: nothing is read or computed for its requests. */
  readonly join: ViewJoin | null
  /** What a row of a caller has: features that are neither read from a view nor computed, keys, and what on-demand features alone read. */
  readonly fields: ReadonlySet<string>
}

/** Throws `unsupported` for a signature or views that this version can not fill. */
export function compileRequests(release: Release): ReleaseRequests {
  const rows = compileRowAssembler(release)
  const join = compileViewJoin(release)
  if (join === null) return { rows, inputs: compileInputAssembler(release), join, fields: rows.fields }
  const { sources, onDemand } = join
  const computed = new Set(onDemand?.features.map(({ feature }) => feature.name))
  const sentOnly = onDemand?.sentOnly ?? []
  const keys = [
    ...[...join.keys].map(([name, { dtype }]) => ({ name, datatype: keyDatatype(dtype), shape: [-1] })),
    ...sentOnly.map(({ name, dtype }) => ({ name, datatype: datatypeOfDtype(dtype), shape: [-1] })),
  ]
  const own = [...rows.fields].filter((name) => !sources.has(name) && !computed.has(name))
  const fields = new Set([...own, ...join.keys.keys(), ...sentOnly.map(({ name }) => name)])
  return { rows, inputs: compileInputAssembler(release, { sources, computed, keys }), join, fields }
}
