/** Which paths of a commit hold manifests. Knows paths, never contents. */
import { compareText } from '../core/finding.ts'
import { projectPath } from './commit-checks.ts'
import type { ProjectSpec } from './kinds/project.ts'
import type { ParsedFile } from './parsed-file.ts'

/** The Project of the parsed `mainward.yaml`, or null when it has no readable one: then every YAML file is selected. */
export function projectOf(parsed: ParsedFile): ProjectSpec | null {
  const document = parsed.documents.find(({ kind, spec }) => kind === 'Project' && spec !== null)
  return document === undefined ? null : (document.spec as ProjectSpec)
}

/**
 * The paths of manifests among all paths (relative to the reconciled path), sorted: `mainward.yaml`, and every `.yaml`
 * and `.yml` that a glob of `include` takes. `*` takes any letters of one step, `**` any number of steps, `?` one
 * letter; none of them takes a step that begins with a dot.
 */
export function selectManifestPaths(paths: Iterable<string>, project: Pick<ProjectSpec, 'include'> | null): string[] {
  const globs = (project?.include ?? ['**']).map(compileGlob)
  const takes = (path: string): boolean => {
    const steps = path.split('/')
    return globs.some((glob) => takesPath(glob, steps))
  }
  const selected: string[] = []
  for (const path of paths) {
    if (path === projectPath || (/\.ya?ml$/.test(path) && takes(path))) selected.push(path)
  }
  return selected.sort(compareText)
}

/** A glob as its steps; a `**` at the end takes at least one. */
function compileGlob(glob: string): readonly string[] {
  const steps = glob
    .replace(/^\.?\//, '')
    .replace(/\/$/, '/**')
    .split('/')
  return steps.at(-1) === '**' ? [...steps, '*'] : steps
}

/** Step by step, keeping how many steps of the path are taken: time grows with steps times steps, whatever the glob. */
function takesPath(glob: readonly string[], path: readonly string[]): boolean {
  let taken = path.map(() => false)
  taken.unshift(true)
  for (const step of glob) {
    const next = [step === '**' && taken[0] === true]
    path.forEach((name, index) => {
      const isTaken =
        step === '**'
          ? taken[index + 1] === true || (next[index] === true && !name.startsWith('.'))
          : taken[index] === true && takesStep(step, name)
      next.push(isTaken)
    })
    taken = next
  }
  return taken.at(-1) === true
}

/** Goes back to the last `*` only: an earlier one could not do better. */
function takesStep(pattern: string, name: string): boolean {
  if (name.startsWith('.') && /^[*?]/.test(pattern)) return false
  let [at, star, resume] = [0, -1, 0]
  for (let index = 0; index < name.length;) {
    if (pattern[at] === '*') [star, resume, at] = [at, index, at + 1]
    else if (pattern[at] === '?' || pattern[at] === name[index]) [at, index] = [at + 1, index + 1]
    else if (star !== -1) [at, resume, index] = [star + 1, resume + 1, resume + 1]
    else return false
  }
  return /^\**$/.test(pattern.slice(at))
}
