/** The example as a real git repository of its own, for tests of commands that compare commits. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitFiles, createRepository, temporaryFolder } from './git-repositories.ts'
import { copyPlainExample } from './plain-example.ts'

export interface ExampleRepository {
  readonly folder: string
  /** The first commit: the example as it is. */
  readonly commit: string
}

/** Only the manifests of models and rollouts and the model files, without views, below `inner` ('' for the root). */
export function createExampleRepository(inner = ''): ExampleRepository {
  const folder = createRepository(join(temporaryFolder(), 'example'))
  copyPlainExample(join(folder, inner))
  return { folder, commit: commitFiles(folder, {}, 'Start') }
}

/** Replaces a text that must be there in a file. */
export function editFile(folder: string, path: string, before: string, after: string): void {
  const text = readFileSync(join(folder, path), 'utf8')
  if (!text.includes(before)) throw new Error(`${path} does not have ${before}`)
  writeFileSync(join(folder, path), text.replace(before, after))
}
