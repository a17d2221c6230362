/** Which paths of a commit hold manifests. Knows paths, never contents. */
import { compareText } from '../core/finding.ts'
import { projectPath } from './commit-checks.ts'
import type { ProjectSpec } from './kinds/project.ts'
import type { ParsedFile } from './parsed-file.ts'
import { compileGlob, takesPath } from './path-glob.ts'

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
  const globs = (project?.include ?? ['**']).map((glob) => compileGlob(glob))
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
