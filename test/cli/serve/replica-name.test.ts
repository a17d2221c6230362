import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ensureReplicaName } from '../../../reconciler/cli/serve/replica-name.ts'

let state: string

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'mainward-replica-'))
})

afterEach(() => rmSync(state, { recursive: true }))

it('stays with the state folder', () => {
  const name = ensureReplicaName(state, 'host-1')
  expect(name).toMatch(/^host-1-[0-9a-f]{8}$/)
  expect(ensureReplicaName(state, 'host-1')).toBe(name)
  expect(statSync(join(state, 'serving/replica')).mode & 0o777).toBe(0o600)
})

it('is another one on another host, also when its name begins like the first', () => {
  const name = ensureReplicaName(state, 'host')
  expect(ensureReplicaName(state, 'host-1')).not.toBe(name)
  expect(ensureReplicaName(state, 'host')).not.toBe(name)
})
