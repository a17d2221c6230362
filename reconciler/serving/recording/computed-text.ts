/** On-demand features as records write them: what their expressions read of the request, and what they came to. */
import { encodeFeatureValue, type FeatureValue } from '../../core/feature-value.ts'
import { formatInstant } from '../../core/instant.ts'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { JoinedRows } from '../features/joined-rows.ts'

interface ReadValue {
  readonly name: string
  readonly dtype: FeatureDtype
  readonly value: FeatureValue
}

function readOf({ join, computed }: JoinedRows, index: number): readonly ReadValue[] {
  return (join.onDemand?.inputs ?? []).flatMap((input, at) => {
    return input.type === 'sent' ? [{ ...input, value: computed?.[index]?.read[at] ?? null }] : []
  })
}

/** Members of the record's row: what no tensor has, as a request has it; each begins with a comma. */
export function writeSentMembers(joined: JoinedRows, index: number, drop: ReadonlySet<string>): string {
  const only = new Set(joined.join.onDemand?.sentOnly.map(({ name }) => name))
  return readOf(joined, index)
    .filter(({ name }) => only.has(name) && !drop.has(name))
    .map(({ name, dtype, value }) => `,${JSON.stringify(name)}:${writeSent(dtype, value)}`)
    .join('')
}

/** A request may send an int64 as digits in a text. */
function writeSent(dtype: FeatureDtype, value: FeatureValue): string {
  if (typeof value === 'bigint' && dtype === 'timestamp') return `"${formatInstant(value)}"`
  return JSON.stringify(encodeFeatureValue(value))
}

/** The member `on_demand`, with a comma before it; empty for a release without such features. */
export function writeOnDemand(joined: JoinedRows, index: number, drop: ReadonlySet<string>): string {
  const { onDemand } = joined.join
  if (onDemand === null) return ''
  const values = onDemand.features.map(({ feature: { name } }, at) => ({
    name,
    value: joined.computed?.[index]?.values[at]?.value ?? null,
  }))
  return `,"on_demand":{"read":${writeObject(readOf(joined, index), drop)},"values":${writeObject(values, drop)}}`
}

function writeObject(values: readonly Omit<ReadValue, 'dtype'>[], drop: ReadonlySet<string>): string {
  const members = values
    .filter(({ name }) => !drop.has(name))
    .map(({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(encodeFeatureValue(value))}`)
  return `{${members.join(',')}}`
}
