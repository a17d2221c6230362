/** The name by which a data plane reports itself: it stays with the state folder, so that a restart takes its own place. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../../supervisor/write-atomically.ts'

/**
 * Host and eight random digits, made once. A process that was killed left a heartbeat that counts for 15 s: under the same
 * name the next one replaces it, and rollouts need not wait for the dead. A folder that was copied to another host gets a
 * name of its own.
 */
export function ensureReplicaName(stateFolder: string, host: string): string {
  const folder = join(stateFolder, 'serving')
  const file = join(folder, 'replica')
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (kept.length === host.length + 9 && kept.startsWith(`${host}-`)) return kept
  const name = `${host}-${randomBytes(4).toString('hex')}`
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeAtomically(file, `${name}\n`)
  return name
}
