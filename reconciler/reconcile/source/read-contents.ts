/** The manifests of a commit or of a working tree as one value, read in this process: what `validate` and `plan` look at. */
import { createHash } from 'node:crypto'
import { createReadStream, type Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TreeReader } from '../../git/list-files.ts'
import type { Repository } from '../../git/open-repository.ts'
import { artifactPaths, type CommitContents, dataPaths } from '../../manifests/assemble.ts'
import type { StoredFile } from '../../manifests/commit-view.ts'
import type { ParsedFile } from '../../manifests/parsed-file.ts'
import { parseFile } from '../../manifests/parse-file.ts'
import { projectOf, selectManifestPaths } from '../../manifests/select-files.ts'

/** The file that says which others are manifests. */
export const projectFile = 'mainward.yaml'

export function isYamlName(name: string): boolean {
  return name.endsWith('.yaml') || name.endsWith('.yml')
}

/** `commit` is a full id; `path` is relative to the repository's root, '' for all of it. Throws not-found. */
export async function readCommitContents(
  repository: Repository,
  commit: string,
  path: string,
  parse: ParseManifest = parseFile,
): Promise<CommitContents> {
  const { objects } = repository
  const trees = new TreeReader(objects)
  const folder = await trees.findFolder((await objects.readCommit(commit)).tree, path)
  if (folder === null) return { files: [], artifacts: new Map() }
  const listed = new Map((await trees.listFiles(folder, isYamlName)).map(({ path: file, oid }) => [file, oid]))
  const read = async (file: string): Promise<Uint8Array> => objects.readBlob(listed.get(file) ?? '')
  return readSelected([...listed.keys()], {
    read,
    exists: async (file) => (await trees.findFile(folder, file)) !== null,
    describeArtifact: async (file) => {
      const oid = await trees.findFile(folder, file)
      return oid === null ? null : describeBytes(await objects.readBlob(oid))
    },
    parse,
  })
}

/**
 * The files under a folder as they are on disk, tracked or not. Folders that begin with a dot, `node_modules` and
 * repositories within are left out; .gitignore is not read.
 */
export async function readWorkingTree(folder: string, parse: ParseManifest = parseFile): Promise<CommitContents> {
  const paths = await listWorkingTree(folder, '')
  const all = new Set(paths)
  return readSelected(paths, {
    read: (path) => readFile(join(folder, path)),
    exists: (path) => Promise.resolve(all.has(path)),
    describeArtifact: async (path) => (all.has(path) ? describeFile(join(folder, path)) : null),
    parse,
  })
}

/** `parseFile`, or one that remembers what it gave. */
export type ParseManifest = (bytes: Uint8Array) => ParsedFile

interface ContentReader {
  read(path: string): Promise<Uint8Array>
  exists(path: string): Promise<boolean>
  /** Null: there is no such file. */
  describeArtifact(path: string): Promise<StoredFile | null>
  readonly parse: ParseManifest
}

async function readSelected(paths: readonly string[], reader: ContentReader): Promise<CommitContents> {
  const { parse } = reader
  const project = paths.includes(projectFile) ? projectOf(parse(await reader.read(projectFile))) : null
  const files: { path: string; parsed: ReturnType<typeof parseFile> }[] = []
  for (const path of selectManifestPaths(paths, project)) files.push({ path, parsed: parse(await reader.read(path)) })
  const artifacts = new Map<string, StoredFile>()
  for (const path of artifactPaths(files)) {
    const stored = await reader.describeArtifact(path)
    if (stored !== null) artifacts.set(path, stored)
  }
  const dataFiles = new Set<string>()
  for (const path of dataPaths(files)) if (await reader.exists(path)) dataFiles.add(path)
  return { files, artifacts, dataFiles }
}

async function listWorkingTree(folder: string, prefix: string): Promise<readonly string[]> {
  const entries = await listFolder(join(folder, prefix), prefix !== '')
  if (prefix !== '' && entries.some(({ name }) => name === '.git')) return []
  const paths: string[] = []
  for (const entry of entries) {
    const path = `${prefix}${entry.name}`
    if (entry.isFile()) paths.push(path)
    else if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') {
      paths.push(...(await listWorkingTree(folder, `${path}/`)))
    }
  }
  return paths
}

/** Other programs make and remove folders beside us: one that is gone when it is looked into holds nothing. */
async function listFolder(path: string, mayBeGone: boolean): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (thrown) {
    if (mayBeGone && thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR'))
      return []
    throw thrown
  }
}

export function describeBytes(bytes: Uint8Array): StoredFile {
  return { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function describeFile(path: string): Promise<StoredFile> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const part of createReadStream(path)) {
    hash.update(part as Buffer)
    sizeBytes += (part as Buffer).length
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}
