/** Names everything that the outcome of parsing a manifest depends on: part of the key of every cache of parsed files. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestBytes } from '../../core/digest.ts'
import { packageRoot } from '../../core/package-root.ts'
import { parserVersion } from '../../manifests/parse-file.ts'

export function parsingVersion(): string {
  const schemas = join(packageRoot, 'schemas')
  const names = readdirSync(schemas).filter((name) => name.endsWith('.schema.json'))
  const texts = names.sort().map((name) => digestBytes(readFileSync(join(schemas, name))))
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { readonly version: string }
  return [version, parserVersion, ...texts].join(' ')
}
