/** The comment by which an editor finds the JSON Schema of a manifest, and the copies of the schemas that it points at. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { packageRoot } from '../../core/package-root.ts'
import type { Kind } from '../../core/resource.ts'

/**
 * Lies beside mainward.yaml and is committed: completion then works in every clone and without a network. Its name begins
 * with a dot, so nothing in it is taken for a manifest.
 */
export const schemaFolder = '.mainward-schemas'

/** A comment of the YAML language server, relative to the file; the schema's own address where there are no copies. */
export function schemaComment(project: string, file: string, kind: Kind): string {
  const name = `${kind.toLowerCase()}.schema.json`
  const copy = join(project, schemaFolder, name)
  const path = relative(dirname(join(project, file)), copy)
    .split(sep)
    .join('/')
  const target = existsSync(copy) ? path : `https://mainward.dev/schemas/v1alpha1/${name}`
  return `yaml-language-server: $schema=${target}`
}

export interface SchemaCopies {
  readonly made: readonly string[]
  /** They were those of another version of the program. */
  readonly renewed: readonly string[]
}

/** Copies the schemas of this program: those that are not there, and those that are another version's. Names of files. */
export async function ensureSchemas(project: string): Promise<SchemaCopies> {
  const [source, target] = [join(packageRoot, 'schemas'), join(project, schemaFolder)]
  const names = (await readdir(source)).filter((name) => name.endsWith('.schema.json')).sort()
  const made = names.filter((name) => !existsSync(join(target, name)))
  const renewed: string[] = []
  for (const name of names.filter((each) => !made.includes(each))) {
    const [ours, theirs] = await Promise.all([readFile(join(source, name)), readFile(join(target, name))])
    if (!ours.equals(theirs)) renewed.push(name)
  }
  await mkdir(target, { recursive: true })
  for (const name of [...made, ...renewed]) await copyFile(join(source, name), join(target, name))
  return { made, renewed }
}
