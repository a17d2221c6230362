/** The folder store on real file systems, with real writers beside each other, killed, and on a full disk. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openArtifactStore } from '../../reconciler/artifacts/artifact-store.ts'
import { digestBytes } from '../../reconciler/core/digest.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'

const artifacts = openArtifactStore()
const bytes = Buffer.from('the bytes of a model')
const sha256 = sha256Of(bytes)
let path: string
let store: string

function sha256Of(content: Uint8Array): string {
  return digestBytes(content).slice('sha256:'.length)
}

function fileOf(digest: string): string {
  return join(path, 'sha256', digest)
}

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'mainward-artifacts-'))
  store = `folder:${path}`
})

afterEach(async () => {
  await rm(path, { recursive: true, force: true })
})

describe('the folder store', () => {
  it('gives back what was put, from the place that the digest names', async () => {
    expect(await artifacts.has(store, sha256)).toBe(false)
    await artifacts.put(store, sha256, bytes)
    expect(await artifacts.has(store, sha256)).toBe(true)
    expect(Buffer.from(await artifacts.read(store, sha256))).toEqual(bytes)
    expect(await readFile(fileOf(sha256))).toEqual(bytes)
    expect(await readdir(join(path, 'sha256'))).toEqual([sha256])
  })

  it('makes its folder, and may be put twice', async () => {
    const deep = `folder:${join(path, 'not', 'there', 'yet')}`
    await artifacts.put(deep, sha256, bytes)
    await artifacts.put(deep, sha256, bytes)
    expect(await artifacts.has(deep, sha256)).toBe(true)
  })

  it('refuses bytes of another digest, and keeps nothing of them', async () => {
    await expect(artifacts.put(store, 'a'.repeat(64), bytes)).rejects.toMatchObject({
      code: 'artifact-mismatch',
      retry: 'never',
      message: `expected the artifact sha256:${'a'.repeat(64)}, found sha256:${sha256} (20 bytes)`,
    })
    expect(await readdir(path)).toEqual([])
  })

  it.each(['', '..', `../${'a'.repeat(61)}`, 'A'.repeat(64), 'a'.repeat(63), `${'a'.repeat(64)}\n`])(
    'takes no digest that is none: %j',
    async (wrong) => {
      await expect(artifacts.has(store, wrong)).rejects.toMatchObject({ code: 'invalid-input' })
      await expect(artifacts.read(store, wrong)).rejects.toMatchObject({ code: 'invalid-input' })
      await expect(artifacts.put(store, wrong, bytes)).rejects.toMatchObject({ code: 'invalid-input' })
    },
  )

  it.each([
    ['s3:bucket', 'unsupported', 'expected an artifact store folder:PLACE, found "s3:bucket"'],
    ['constructor:x', 'unsupported', 'expected an artifact store folder:PLACE, found "constructor:x"'],
    ['/a/path', 'unsupported', 'expected an artifact store folder:PLACE, found "/a/path"'],
    ['folder:relative', 'invalid-input', 'expected folder:/ABSOLUTE/PATH, found "folder:relative"'],
  ])('takes no address that it does not know: %s', async (address, code, message) => {
    await expect(artifacts.has(address, sha256)).rejects.toMatchObject({ code, message })
  })

  it('says which artifact is missing, and that it may come', async () => {
    await expect(artifacts.read(store, sha256)).rejects.toMatchObject({
      code: 'artifact-missing',
      retry: 'backoff',
      message: `the artifact store ${path} has no artifact ${sha256}`,
    })
  })

  it('does not have a file that was cut or changed, and heals it', async () => {
    await artifacts.put(store, sha256, bytes)
    await truncate(fileOf(sha256), 5)
    expect(await artifacts.has(store, sha256)).toBe(false)
    await artifacts.put(store, sha256, bytes)
    expect(await artifacts.has(store, sha256)).toBe(true)
    await writeFile(fileOf(sha256), 'THE bytes of a model')
    expect(await artifacts.has(store, sha256)).toBe(false)
  })

  it('is not readable rather than empty when something else lies in its place', async () => {
    await writeFile(join(path, 'sha256'), 'a file')
    await expect(artifacts.has(store, sha256)).rejects.toMatchObject({ code: 'unavailable', retry: 'backoff' })
    await expect(artifacts.put(store, sha256, bytes)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('removes what a killed writer left long ago, and nothing of a writer at work', async () => {
    await mkdir(join(path, 'sha256'))
    const [old, young] = [fileOf(`.${sha256}.old.half`), fileOf(`.${sha256}.young.half`)]
    await writeFile(old, 'half')
    await writeFile(young, 'half')
    await utimes(old, 0, 0)
    await artifacts.put(store, sha256, bytes)
    expect([existsSync(old), existsSync(young)]).toEqual([false, true])
  })
})

function startWriter(sizeBytes: number, times: number) {
  const argument = JSON.stringify({ dist: join(packageRoot, 'dist'), store, sizeBytes, times })
  return execa(process.execPath, [join(packageRoot, 'test/artifacts/writer.mjs'), argument], { reject: false })
}

async function expectAllWhole(): Promise<readonly string[]> {
  const names = (await readdir(join(path, 'sha256'))).filter((name) => !name.startsWith('.'))
  for (const name of names) expect(sha256Of(await readFile(fileOf(name)))).toBe(name)
  return names
}

describe('several writers', () => {
  it('of the same artifacts agree', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => startWriter(300_000, 20)))
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(results.map(() => [0, '']))
    expect(await expectAllWhole()).toHaveLength(20)
    expect(await readdir(join(path, 'sha256'))).toHaveLength(20)
  })

  it('that are killed leave only whole artifacts, and keep what they had answered', async () => {
    const writer = startWriter(2_000_000, 200)
    await new Promise((resolve) => writer.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, 50))
    writer.kill('SIGKILL')
    const answered = (await writer).stdout.split('\n').filter((line) => line.length === 64)
    expect(answered.length).toBeGreaterThan(0)
    expect(await expectAllWhole()).toEqual(expect.arrayContaining(answered))
    const again = await startWriter(2_000_000, answered.length + 2)
    expect(again.exitCode).toBe(0)
    await expectAllWhole()
  })
})

function tryMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'mainward-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' })
    execFileSync('umount', [place])
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** Only root of a Linux machine can make a small disk. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount()

describe.skipIf(!canMount)('a full disk', () => {
  beforeEach(() => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path])
  })

  afterEach(() => {
    execFileSync('umount', [path])
  })

  it('is told, leaves nothing half-written, and is no obstacle once there is space', async () => {
    const [large, small] = [Buffer.alloc(700_000, 1), Buffer.alloc(700_000, 2)]
    await artifacts.put(store, sha256Of(large), large)
    await expect(artifacts.put(store, sha256Of(small), small)).rejects.toMatchObject({
      code: 'environment',
      retry: 'backoff',
      message: `the artifact store ${path} is full: 700000 bytes do not fit`,
    })
    expect(await readdir(join(path, 'sha256'))).toEqual([sha256Of(large)])
    await rm(fileOf(sha256Of(large)))
    await artifacts.put(store, sha256Of(small), small)
    expect(await artifacts.has(store, sha256Of(small))).toBe(true)
  })
})
