/** Paths that manifests write: relative, and inside of the repository. */

/** Whether a path, or every path that a glob takes, stays inside of the folder that it is relative to. */
export function isInnerPath(path: string): boolean {
  return !path.includes('\\') && path.split('/').every((step) => step !== '' && step !== '.' && step !== '..')
}

/** Whether a path names several files: `*`, `?` and `[ab]` stand for others. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path)
}
