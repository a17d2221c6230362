/** Reads refs of a git directory: loose files, then packed-refs. Writes nothing. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MainwardError } from '../core/error.ts'

const oidPattern = /^[0-9a-f]{40}$/

/** The id that a ref leads to, or null when there is none. Symbolic refs are followed. */
export function readRef(gitdir: string, ref: string, depth = 0): string | null {
  if (depth > 5) throw new MainwardError('invalid-input', `ref ${ref} leads in a circle`)
  const content = readLoose(gitdir, ref)
  if (content === null) return readPacked(gitdir).get(ref) ?? null
  if (content.startsWith('ref: ')) return readRef(gitdir, content.slice(5).trim(), depth + 1)
  if (!oidPattern.test(content)) throw new MainwardError('git-protocol', `ref ${ref} is damaged: expected an object id`)
  return content
}

function readLoose(gitdir: string, ref: string): string | null {
  return readIfFile(join(gitdir, ref))?.trim() ?? null
}

/** Every ref of packed-refs with its id. A loose file of the same name overrules it. */
export function readPacked(gitdir: string): ReadonlyMap<string, string> {
  const lines = (readIfFile(join(gitdir, 'packed-refs')) ?? '').split('\n')
  return new Map(
    lines.filter((line) => /^[0-9a-f]{40} /.test(line)).map((line) => [line.slice(41).trim(), line.slice(0, 40)] as const),
  )
}

/** Null when there is no such file: git moves refs into packed-refs, and removes their folders, at any time. */
function readIfFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(thrown.code))) return null
    throw thrown
  }
}

/** Rules of git-check-ref-format that names of ours could break. Throws invalid-input. */
export function assertRefName(ref: string): void {
  const wrong = /\.\.|@\{|[\s~^:?*[\\]|\p{Cc}|\/\/|\/\.|^\.|\.lock(\/|$)|\/$|^\/|\.$/u
  if (wrong.test(ref)) throw new MainwardError('invalid-input', `expected a name that git takes for a ref, found ${ref}`)
}
