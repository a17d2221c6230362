/** The comment by which an editor finds the JSON Schema of a manifest, and the copies of the schemas that it points at. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
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

/** Copies the schemas that are not there yet; the paths of those, relative to the project. */
export async function ensureSchemas(project: string): Promise<readonly string[]> {
  const source = join(packageRoot, 'schemas')
  const names = (await readdir(source)).filter((name) => name.endsWith('.schema.json')).sort()
  const missing = names.filter((name) => !existsSync(join(project, schemaFolder, name)))
  if (missing.length > 0) await mkdir(join(project, schemaFolder), { recursive: true })
  for (const name of missing) await copyFile(join(source, name), join(project, schemaFolder, name))
  return missing.map((name) => `${schemaFolder}/${name}`)
}
