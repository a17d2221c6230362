/** Content digests and canonical JSON. Knows nothing of what is digested. */
import { createHash } from 'node:crypto'

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`

/** Anything that canonical JSON can write. int64 values travel as strings, NaN as null. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** The digest of bytes, or of a text in UTF-8. */
export function digestBytes(content: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/** The digest of a value's canonical JSON: key order and formatting do not count. */
export function digestValue(value: unknown): Digest {
  return digestBytes(canonicalJson(value))
}

/**
 * RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 code units, numbers as ECMAScript prints them,
 * no white space. `undefined` members are left out; bigint is written as a string; NaN and infinities as null.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `"${value}"`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const record = value as Record<string, unknown>
  const members = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`)
  return `{${members.join(',')}}`
}

/** The first twelve hex digits: what people see in tables and logs. */
export function shortDigest(digest: Digest): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12)
}
