/** Reads the manifests of a working tree or of a commit, and the facts about the model files that they name. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import { artifactPaths, type CommitContents } from '../../manifests/assemble.ts'
import { parseFile } from '../../manifests/parse-file.ts'
import { projectOf, selectManifestPaths } from '../../manifests/select-files.ts'

export interface ManifestSource {
  readonly contents: CommitContents
  /** What was read, in words. */
  readonly origin: string
  /** The text of one of its files. */
  readText(path: string): Promise<string>
}

/** The working tree at a folder, or a commit of the repository that it belongs to. */
export async function readManifests(folder: string, ref: string | null): Promise<ManifestSource> {
  if (ref !== null) throw new MainwardError('unsupported', 'reading a commit is not there yet')
  const contents = await readWorkingTree(folder)
  return { contents, origin: `working tree ${folder}`, readText: (path) => readFile(join(folder, path), 'utf8') }
}

async function readWorkingTree(folder: string): Promise<CommitContents> {
  const paths = await listFiles(folder)
  const project = paths.includes('mainward.yaml') ? projectOf(parseFile(await readFile(join(folder, 'mainward.yaml')))) : null
  const selected = selectManifestPaths(paths, project)
  const files = await Promise.all(selected.map(async (path) => ({ path, parsed: parseFile(await readFile(join(folder, path))) })))
  const stored = artifactPaths(files).filter((path) => paths.includes(path))
  const artifacts = await Promise.all(stored.map(async (path) => [path, await describeFile(join(folder, path))] as const))
  return { files, artifacts: new Map(artifacts) }
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !/(^|\/)(\.|node_modules\/)/.test(path))
}

async function describeFile(path: string): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return { sizeBytes: (await stat(path)).size, sha256: hash.digest('hex') }
}
