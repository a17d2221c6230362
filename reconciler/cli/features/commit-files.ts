/** The data files of a commit as files of sources: what a pattern names is written to a folder of its own, once a file. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SourceFile, SourceFiles } from '../../features/ports.ts'
import { TreeReader } from '../../git/list-files.ts'
import type { Repository } from '../../git/open-repository.ts'
import { isInnerPath } from '../../manifests/inner-path.ts'
import { compileGlob, takesPath } from '../../manifests/path-glob.ts'

/** `commit` is a full id, `folder` (made when missing) gets the files; whoever gave it removes it. Links are no files. */
export function createCommitFiles(
  repository: Pick<Repository, 'objects' | 'innerPath'>,
  commit: string,
  folder: string,
): SourceFiles {
  const { objects, innerPath } = repository
  const written = new Map<string, Promise<SourceFile>>()
  const write = async (path: string, oid: string): Promise<SourceFile> => {
    const localPath = join(folder, path)
    await mkdir(dirname(localPath), { recursive: true })
    await writeFile(localPath, await objects.readBlob(oid), { mode: 0o600 })
    return { path, localPath, version: oid }
  }
  return {
    list: async (pattern) => {
      const trees = new TreeReader(objects)
      const root = await trees.findFolder((await objects.readCommit(commit)).tree, innerPath)
      if (root === null || !isInnerPath(pattern)) return []
      const glob = compileGlob(pattern, { hasSets: true })
      const files: SourceFile[] = []
      for (const { path, oid } of await trees.listFiles(root, () => true)) {
        // A path of a commit may hold steps that lead out of the folder: such a file is nobody's.
        if (!isInnerPath(path) || !takesPath(glob, path.split('/'))) continue
        const file = written.get(path) ?? write(path, oid)
        written.set(path, file)
        files.push(await file)
      }
      return files
    },
  }
}
