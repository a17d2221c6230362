/** Where this package lies on disk: the only place that knows the layout of the installed program. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder with package.json, from the source tree and from dist/ alike. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)))

/** The absolute path of a compiled file: child processes always run the built program. */
export function builtFile(path: string): string {
  return join(packageRoot, 'dist', path)
}

/** The version of this program. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { readonly version: string }
  return version
}

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder))
}
