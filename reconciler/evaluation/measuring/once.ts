/** A value that is worked out when it is first asked for. */

export function once<T>(compute: () => T): () => T {
  let found: { readonly value: T } | null = null
  return () => (found ??= { value: compute() }).value
}
