/** Where a unit stands between 0 and 1. Knows no arms and no weights. */

/**
 * GrowthBook's hash, version 2 (growthbook-cases.json, specVersion 0.8.0): a multiple of 0.0001 in [0, 1), the same in every
 * replica and at every time. FNV-1a (32 bits) over UTF-16 code units, as GrowthBook's JavaScript SDK computes it: for text
 * outside of ASCII other SDKs, which hash UTF-8, find other numbers.
 */
export function hashUnit(seed: string, unit: string): number {
  return (fnv1a32(String(fnv1a32(seed + unit))) % 10_000) / 10_000
}

/** Offset basis and prime of http://www.isthe.com/chongo/tech/comp/fnv/ for 32 bits. */
function fnv1a32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
