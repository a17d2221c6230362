/** The example as a real git repository of its own, for tests of commands that compare commits. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { commitFiles, createRepository, temporaryFolder } from './git-repositories.ts'

export interface ExampleRepository {
  readonly folder: string
  /** The first commit: the example as it is. */
  readonly commit: string
}

/** Only the manifests and their model files, below `inner` ('' for the root). */
export function createExampleRepository(inner = ''): ExampleRepository {
  const folder = createRepository(join(temporaryFolder(), 'example'))
  for (const name of ['mainward.yaml', 'models', 'rollouts']) {
    cpSync(join(packageRoot, 'example-repo', name), join(folder, inner, name), { recursive: true })
  }
  return { folder, commit: commitFiles(folder, {}, 'Start') }
}

/** Replaces a text that must be there in a file. */
export function editFile(folder: string, path: string, before: string, after: string): void {
  const text = readFileSync(join(folder, path), 'utf8')
  if (!text.includes(before)) throw new Error(`${path} does not have ${before}`)
  writeFileSync(join(folder, path), text.replace(before, after))
}
