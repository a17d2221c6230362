/** Real repositories made with the git program, and the manifests that tests put into them. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** No configuration of the machine counts; the time is fixed, so that ids repeat. */
const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'mainward-git-'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** What git prints, trimmed. */
export function runGit(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: folder, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

export function createRepository(folder: string = temporaryFolder()): string {
  mkdirSync(folder, { recursive: true })
  runGit(folder, 'init', '--quiet', '--initial-branch=main')
  return folder
}

export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

/** Writes the files, commits everything, and returns the commit. */
export function commitFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>, message = 'Change'): string {
  writeFiles(folder, files)
  runGit(folder, 'add', '--all')
  runGit(folder, 'commit', '--quiet', '--allow-empty', '--message', message)
  return runGit(folder, 'rev-parse', 'HEAD')
}

/** A bare copy that accepts pushes over HTTP. */
export function createBareClone(source: string, folder: string = join(temporaryFolder(), 'remote.git')): string {
  runGit(source, 'clone', '--quiet', '--bare', source, folder)
  runGit(folder, 'config', 'http.receivepack', 'true')
  return folder
}

export const projectManifest = 'apiVersion: mainward.dev/v1alpha1\nkind: Project\nmetadata:\n  name: sample\nspec: {}\n'

export function modelManifest(name: string, description = 'A model'): string {
  return `apiVersion: mainward.dev/v1alpha1
kind: Model
metadata:
  name: ${name}
  description: ${description}
spec:
  task: regression
`
}

/** One commit with many files by `git fast-import`: contents by path. The branch is main. */
export function importFiles(folder: string, files: ReadonlyMap<string, string>): string {
  const parts: (string | Buffer)[] = ['commit refs/heads/main\ncommitter Ada <ada@example.org> 1700000000 +0000\ndata 4\nMany\n']
  for (const [path, content] of files) {
    parts.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`)
  }
  execFileSync('git', ['fast-import', '--quiet'], { cwd: folder, env: environment, input: parts.join('') })
  return runGit(folder, 'rev-parse', 'refs/heads/main')
}
