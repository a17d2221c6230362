/** Reads refs of a git directory: loose files, then packed-refs. Writes nothing. */
import { existsSync, readFileSync, statSync } from 'node:fs'
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
  const path = join(gitdir, ref)
  if (!existsSync(path) || statSync(path).isDirectory()) return null
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (thrown) {
    // git moves refs into packed-refs at any time.
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null
    throw thrown
  }
}

function readPacked(gitdir: string): ReadonlyMap<string, string> {
  const path = join(gitdir, 'packed-refs')
  if (!existsSync(path)) return new Map()
  const lines = readFileSync(path, 'utf8').split('\n')
  return new Map(
    lines.filter((line) => /^[0-9a-f]{40} /.test(line)).map((line) => [line.slice(41).trim(), line.slice(0, 40)] as const),
  )
}

/** Rules of git-check-ref-format that names of ours could break. Throws invalid-input. */
export function assertRefName(ref: string): void {
  const wrong = /\.\.|@\{|[\s~^:?*[\\]|\p{Cc}|\/\/|\/\.|^\.|\.lock(\/|$)|\/$|^\/|\.$/u
  if (wrong.test(ref)) throw new MainwardError('invalid-input', `expected a name that git takes for a ref, found ${ref}`)
}
