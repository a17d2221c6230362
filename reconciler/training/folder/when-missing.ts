/** Tells what is not there, or is closed to us, from a failure. */

const missing = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'])

/** For `catch`: null for what is missing, was removed meanwhile, or may not be looked at; throws everything else. */
export function nullWhenMissing(thrown: unknown): null {
  if (thrown instanceof Error && 'code' in thrown && missing.has(String(thrown.code))) return null
  throw thrown
}
