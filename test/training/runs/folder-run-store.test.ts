/** Bundles of runs on a real disk: written, read by others, left behind by a crash, and kept within their number. */
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { TrainingRunEnd, TrainingRunStart } from '../../../reconciler/core/training-run.ts'
import { openProcessTable } from '../../../reconciler/training/processes/open-process-table.ts'
import { openFolderRunStore } from '../../../reconciler/training/runs/folder-run-store.ts'
import { makeTemporaryFolder } from '../support/run-shell.ts'
import { machinePython } from '../support/trainer-request.ts'

const root = makeTemporaryFolder('runs')
afterAll(() => rmSync(root, { recursive: true, force: true }))

const table = openProcessTable()

function openStore(name: string, keep = 100) {
  const folder = join(root, name)
  return { folder, store: openFolderRunStore({ folder, keep, table }) }
}

function startOf(id: string, changes: Partial<TrainingRunStart> = {}): TrainingRunStart {
  return {
    id,
    model: 'flight-delay',
    inputs: null,
    startedAt: '2026-11-27T10:00:00.000Z',
    command: ['python3', 'training/train.py'],
    seed: 7,
    declaredParams: { learning_rate: 0.1, layers: [4, 2] },
    source: { commit: 'a'.repeat(40), dirty: true },
    environment: machinePython.described,
    machine: { cpus: 2, cpuModel: 'x', memoryBytes: 8 * 1024 ** 3 },
    limits: { timeoutMs: 60_000, memoryBytes: 1024 ** 3, diskBytes: 1024 ** 3, threads: 2 },
    ...changes,
  }
}

const end: TrainingRunEnd = {
  status: 'succeeded',
  endedAt: '2026-11-27T10:01:00.000Z',
  tests: null,
  trainer: {
    command: ['python3', 'training/train.py'],
    end: { kind: 'exited', code: 0 },
    durationMs: 59_000,
    peakMemoryBytes: 1000,
    logTail: ['done'],
  },
  detectedParams: { learning_rate: 0.1, layers: [4, 2], trees: 10 },
  metrics: { loss: 0.5 },
  warnings: [],
  artifacts: [{ path: 'model.onnx', sizeBytes: 5, sha256: 'b'.repeat(64) }],
  failure: null,
}

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'))
}

describe('a bundle', () => {
  it('holds a run while it runs, and when it has ended', async () => {
    const { folder, store } = openStore('one')
    const start = startOf('run-1')
    await store.begin(start)
    expect(await store.read('run-1')).toEqual({ status: 'running', start, end: null })
    appendFileSync(store.logFile('run-1'), 'epoch 1\n')
    await store.append('run-1', [{ name: 'loss', value: 0.7, step: 0, atMs: 1000 }])
    await store.append('run-1', [{ name: 'loss', value: 0.5, step: 1, atMs: 2000 }])
    await store.finish('run-1', end)
    expect(await openStore('one').store.read('run-1')).toEqual({ status: 'succeeded', start, end })

    const bundle = join(folder, 'run-1')
    expect(readdirSync(bundle).sort()).toEqual(['artifacts.json', 'log.txt', 'metrics.jsonl', 'params.json', 'run.json'])
    expect(readJson(bundle, 'params.json')).toEqual({ declared: start.declaredParams, detected: end.detectedParams })
    expect(readJson(bundle, 'artifacts.json')).toEqual(end.artifacts)
    expect(readFileSync(join(bundle, 'log.txt'), 'utf8')).toBe('epoch 1\n')
    const points = readFileSync(join(bundle, 'metrics.jsonl'), 'utf8').trim().split('\n')
    expect(points.map((line) => JSON.parse(line) as unknown)).toEqual([
      { name: 'loss', value: 0.7, step: 0, atMs: 1000 },
      { name: 'loss', value: 0.5, step: 1, atMs: 2000 },
    ])
  })

  it('is begun once, and ends once', async () => {
    const { store } = openStore('once')
    await store.begin(startOf('run-1'))
    await expect(store.begin(startOf('run-1'))).rejects.toMatchObject({ code: 'conflict' })
    await store.finish('run-1', end)
    await expect(store.finish('run-1', end)).rejects.toMatchObject({ code: 'conflict' })
    await expect(store.finish('run-2', end)).rejects.toMatchObject({ code: 'not-found' })
  })

  it.each(['../run', '', 'a/b', '.hidden'])('has no name that leads elsewhere: %j', async (id) => {
    const { store } = openStore('names')
    await expect(store.begin(startOf(id))).rejects.toMatchObject({ code: 'usage' })
    await expect(store.read(id)).rejects.toMatchObject({ code: 'usage' })
  })

  it('that nobody can read says which, and is no run of the list’s making', async () => {
    const { folder, store } = openStore('damaged')
    mkdirSync(join(folder, 'run-1'), { recursive: true })
    writeFileSync(join(folder, 'run-1/run.json'), '{"format": 2}')
    await expect(store.read('run-1')).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(store.list()).rejects.toThrow('run-1/run.json is no run that this version can read')
    mkdirSync(join(folder, 'run-2'))
    expect(await store.read('run-2')).toBeNull()
  })
})

describe('a crash in the middle', () => {
  it('leaves a bundle that can be read, as interrupted', async () => {
    const { folder, store } = openStore('crash')
    const script = `
      import { openFolderRunStore } from '${join(packageRoot, 'dist/training/runs/folder-run-store.js')}'
      import { openProcessTable } from '${join(packageRoot, 'dist/training/processes/open-process-table.js')}'
      const store = openFolderRunStore({ folder: '${folder}', keep: 10, table: openProcessTable() })
      await store.begin(${JSON.stringify(startOf('run-1'))})
      await store.append('run-1', [{ name: 'loss', value: 1, step: 0, atMs: 1 }])
      console.log('begun')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect((await store.read('run-1'))?.status).toBe('running')
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    expect(await store.read('run-1')).toEqual({ status: 'interrupted', start: startOf('run-1'), end: null })
    expect((await store.list()).map(({ status }) => status)).toEqual(['interrupted'])
  })

  it('of another machine counts as running until it must have ended', async () => {
    const { folder, store } = openStore('elsewhere')
    const begin = async (id: string, startedAt: string): Promise<string | undefined> => {
      await store.begin(startOf(id, { startedAt }))
      const path = join(folder, id, 'run.json')
      const file = readJson(path) as Record<string, unknown>
      writeFileSync(path, JSON.stringify({ ...file, owner: { host: 'elsewhere', pid: 1, started: 'x' } }))
      return (await store.read(id))?.status
    }
    expect(await begin('run-1', new Date().toISOString())).toBe('running')
    expect(await begin('run-2', '2020-01-01T00:00:00.000Z')).toBe('interrupted')
  })
})

const canMount = process.getuid?.() === 0 && tryMount()

function tryMount(): boolean {
  const place = makeTemporaryFolder('mount')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' })
    execFileSync('umount', [place])
    return true
  } catch (thrown) {
    if (thrown instanceof Error) return false
    throw thrown
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

describe.skipIf(!canMount)('a full disk', () => {
  it('is named, and what was recorded before stays as it was', async () => {
    const { folder, store } = openStore('full')
    mkdirSync(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
    try {
      await store.begin(startOf('run-1'))
      const large = { ...end, warnings: ['x'.repeat(100_000)] }
      await expect(store.finish('run-1', large)).rejects.toMatchObject({ code: 'environment' })
      expect(await store.read('run-1')).toMatchObject({ status: 'running', end: null })
      await store.finish('run-1', end)
      expect(await store.read('run-1')).toMatchObject({ status: 'succeeded' })
    } finally {
      execFileSync('umount', [folder])
    }
  })
})

describe('many runs', () => {
  it('are listed with the newest first, and the oldest ended ones make room', async () => {
    const { store } = openStore('many', 3)
    const at = (day: number): Partial<TrainingRunStart> => ({ startedAt: `2026-11-0${day}T00:00:00.000Z` })
    await store.begin(startOf('running', at(1)))
    for (const day of [2, 3, 4, 5]) {
      await store.begin(startOf(`run-${day}`, at(day)))
      await store.finish(`run-${day}`, end)
      await sleep(1)
    }
    expect((await store.list()).map(({ start }) => start.id)).toEqual(['run-5', 'run-4', 'run-3', 'running'])
  })

  it('are none in a folder that is not there', async () => {
    expect(await openStore('nothing').store.list()).toEqual([])
  })
})
