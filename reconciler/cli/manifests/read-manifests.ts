/** Reads the manifests of a working tree or of a commit for a command, and says what was read. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readWorkingTree } from '../../reconcile/source/read-contents.ts'
import { type CachedParser, openCachedParser } from './cached-parser.ts'
import type { ManifestSource } from './manifest-source.ts'

/** The working tree at a folder, or a commit of the repository that it belongs to. Throws `usage` for a ref that is none. */
export async function readManifests(folder: string, ref: string | null): Promise<ManifestSource> {
  const parser = openCachedParser(folder)
  if (ref !== null) return readRefManifests(folder, ref, parser)
  const contents = await readWorkingTree(folder, parser.parse)
  parser.save()
  return {
    contents,
    origin: `working tree ${folder}`,
    commit: null,
    readText: (path) => readFile(join(folder, path), 'utf8'),
  }
}

/** Loaded when it is needed: what reads git takes a tenth of a second to load, as long as many a command takes. */
async function readRefManifests(folder: string, ref: string, parser: CachedParser): Promise<ManifestSource> {
  const { openRepository } = await import('../../git/open-repository.ts')
  const { readCommitManifests, resolveRef } = await import('./read-commit-manifests.ts')
  const repository = openRepository(folder)
  const source = await readCommitManifests(repository, await resolveRef(repository, ref), ref, parser.parse)
  parser.save()
  return source
}
