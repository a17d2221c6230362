/** The spool on disk: what was acknowledged is there, whatever happens to the process. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { adoptSegments, listSegments } from '../../../reconciler/serving/recording/spool/spool-folder.ts'
import { segmentStem } from '../../../reconciler/serving/recording/spool/segment-name.ts'
import {
  describeDiskFailure,
  defaultSpoolLimits,
  SpoolWriter,
  type SpoolWriterOptions,
} from '../../../reconciler/serving/recording/spool/spool-writer.ts'
import { until } from '../support/running-server.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-spool-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function openWriter(changes: Partial<SpoolWriterOptions> = {}): SpoolWriter {
  return new SpoolWriter({
    ...defaultSpoolLimits,
    folder: join(folder, 'outcomes'),
    worker: 'w1',
    durable: true,
    folderBytes: null,
    wallNow: () => Date.now(),
    ...changes,
  })
}

function readLines(path = join(folder, 'outcomes')): readonly string[] {
  const names = readdirSync(path).sort()
  return names.flatMap((name) => readFileSync(join(path, name), 'utf8').split('\n').slice(0, -1))
}

describe('the writer', () => {
  it('has written what it acknowledged, in order, also when many append at once', async () => {
    const writer = openWriter()
    await Promise.all(Array.from({ length: 200 }, (_, index) => writer.append(`${index}\n`)))
    expect(readLines()).toEqual(Array.from({ length: 200 }, (_, index) => String(index)))
    await writer.close()
    expect(await listSegments(join(folder, 'outcomes'))).toHaveLength(1)
    await expect(writer.append('late\n')).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('closes a segment that is large, and one that is old', async () => {
    const writer = openWriter({ segmentBytes: 1_000, segmentMs: 100 })
    for (let index = 0; index < 5; index++) await writer.append(`${'x'.repeat(500)}\n`)
    expect(await listSegments(join(folder, 'outcomes'))).toHaveLength(2)
    await until(async () => (await listSegments(join(folder, 'outcomes'))).length === 3)
    await writer.append('y\n')
    await writer.close()
    expect((await listSegments(join(folder, 'outcomes'))).length).toBe(4)
    expect(readLines().at(-1)).toBe('y')
  })

  it('names segments in the order in which they were opened', () => {
    const stems = [segmentStem(5, 'w9', 0), segmentStem(5, 'w9', 1), segmentStem(40_000, 'w1', 0), segmentStem(1e12, 'w1', 1)]
    expect([...stems].sort()).toEqual(stems)
  })

  it('says when the disk fails, and goes on when it is back', async () => {
    writeFileSync(join(folder, 'outcomes'), 'a file where the folder should be')
    const writer = openWriter()
    await expect(writer.append('lost\n')).rejects.toMatchObject({ code: 'unavailable', retry: 'backoff' })
    await expect(writer.append('lost\n')).rejects.toThrow('the disk of the spool failed')
    rmSync(join(folder, 'outcomes'))
    await until(() => writer.append('kept\n').then(() => true, () => false)) // prettier-ignore
    expect(readLines()).toEqual(['kept'])
    await writer.close()
  })

  it('says in words that the disk is full', () => {
    const failure = (place: string): unknown => {
      try {
        writeFileSync(place, 'x')
        return null
      } catch (thrown) {
        return thrown
      }
    }
    if (existsSync('/dev/full')) {
      const message = 'the disk of the spool is full: nothing is kept until there is room for /state/spool/outcomes'
      expect(describeDiskFailure(failure('/dev/full'), '/state/spool/outcomes')).toBe(message)
    }
    expect(describeDiskFailure(failure(join(folder, 'none/x')), '/state/spool')).toMatch(
      /^the spool \/state\/spool can not be written: ENOENT/,
    )
  })

  it('takes nothing more when the folder is full', async () => {
    let nowMs = 0
    const writer = openWriter({ folderBytes: 100, wallNow: () => nowMs })
    await writer.append(`${'x'.repeat(200)}\n`)
    nowMs += 10_000
    await expect(writer.append('more\n')).rejects.toThrow(/is full: the database has not taken it for long/)
    await writer.close()
    expect(readLines()).toEqual(['x'.repeat(200)])
  })

  it('lets only so many bytes wait for the disk', async () => {
    const writer = openWriter({ pendingBytes: 1_000 })
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => writer.append(`${'x'.repeat(99)}\n`)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    await writer.append('later\n')
    await writer.close()
  })
})

describe('a worker that is killed', () => {
  it('loses no outcome that it acknowledged', async () => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('support/outcome-process.mjs', import.meta.url)), join(packageRoot, 'dist'), folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const lines = createInterface({ input: child.stdout })
    const url = await new Promise<string>((resolve) => lines.once('line', resolve))
    const acknowledged: string[] = []
    let sent = 0
    const sendSome = async (): Promise<void> => {
      for (;;) {
        const id = `outcome-${sent++}`
        const body = JSON.stringify({ outcomes: [{ id, request_id: 'r', label: 1 }] })
        const response = await fetch(url, { method: 'POST', body })
        if (response.status !== 202) throw new Error(`answered ${response.status}: ${await response.text()}`)
        acknowledged.push(id)
        if (acknowledged.length === 300) child.kill('SIGKILL')
      }
    }
    const ends = await Promise.allSettled(Array.from({ length: 8 }, sendSome))
    expect(ends.map(({ status }) => status)).toEqual(new Array(8).fill('rejected'))
    expect(child.killed).toBe(true)
    expect(acknowledged.length).toBeGreaterThanOrEqual(300)
    const spool = join(folder, 'serving/spool/outcomes')
    await adoptSegments(spool, () => false)
    const kept = new Set(readLines(spool).map((line) => (JSON.parse(line) as { id: string }).id))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    expect(readdirSync(spool).filter((name) => !name.endsWith('.jsonl'))).toEqual([])
  })

  it('has its open segments closed by another; those of the living stay', async () => {
    const dead = openWriter({ worker: 'dead' })
    const living = openWriter({ worker: 'living' })
    await Promise.all([dead.append('a\n'), living.append('b\n')])
    await adoptSegments(join(folder, 'outcomes'), (worker) => worker === 'living')
    expect((await listSegments(join(folder, 'outcomes'))).map((name) => name.split('-')[1])).toEqual(['dead'])
    await living.close()
  })
})
