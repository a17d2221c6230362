/** The files of a folder on disk as files of sources: a working tree, a checkout. No path and no link leads out of it. */
import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import { isGlob, isInnerPath } from '../../manifests/inner-path.ts'
import { compileGlob, takesPath } from '../../manifests/path-glob.ts'
import type { SourceFile, SourceFiles } from '../ports.ts'

/**
 * Folders that begin with a dot and links to folders are not searched. `list` throws `source-unusable` for a pattern or a link that
 * leads out of the folder, and `environment` for what cannot be read.
 */
export function createFolderFiles(folder: string): SourceFiles {
  return {
    list: async (pattern) => {
      if (!isInnerPath(pattern)) throw leadsOut(pattern, folder)
      const paths = isGlob(pattern) ? await searchFolder(folder, pattern) : [pattern]
      const files: SourceFile[] = []
      for (const path of paths) {
        const file = await locate(folder, path)
        if (file !== null) files.push(file)
      }
      return files
    },
  }
}

/** Begins at the folder that the steps before the first wildcard name. */
async function searchFolder(folder: string, pattern: string): Promise<readonly string[]> {
  const steps = pattern.split('/')
  const fixed = steps.slice(0, steps.findIndex(isGlob))
  const glob = compileGlob(pattern, { hasSets: true })
  const found: string[] = []
  const waiting = [fixed]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of await listFolder(join(folder, ...at))) {
      const path = [...at, entry.name]
      if (entry.isDirectory() && !entry.name.startsWith('.')) waiting.push(path)
      else if (!entry.isDirectory() && takesPath(glob, path)) found.push(path.join('/'))
    }
  }
  return found
}

async function listFolder(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (cause) {
    if (isMissing(cause)) return []
    throw new MainwardError('environment', `the folder ${path} cannot be read`, { cause, hint: 'permit it to be read' })
  }
}

/** Null when there is no file. */
async function locate(folder: string, path: string): Promise<SourceFile | null> {
  try {
    const localPath = await realpath(join(folder, path))
    if (!localPath.startsWith((await realpath(folder)) + sep)) throw leadsOut(path, folder)
    return (await stat(localPath)).isFile() ? { path, localPath } : null
  } catch (cause) {
    if (isMissing(cause)) return null
    if (cause instanceof MainwardError) throw cause
    throw new MainwardError('environment', `${path} cannot be read`, { cause, hint: 'permit it to be read' })
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')
}

function leadsOut(path: string, folder: string): MainwardError {
  return new MainwardError('source-unusable', `${path} leads out of ${folder}: sources read only what lies in it`, {
    hint: 'lay the file, or mount its folder, below the reconciled path',
  })
}
