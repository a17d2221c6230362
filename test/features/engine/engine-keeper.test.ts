/** What of an engine's process outlives the engine: itself, and nothing that the engine had. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEngineKeeper, type EngineKeeper } from '../../../reconciler/features/engine/engine-keeper.ts'
import { eventually } from '../../support/eventually.ts'
import { prepareEngines, type TestEngines } from './support/test-engine.ts'

let engines: TestEngines
let keeper: EngineKeeper

beforeEach(() => {
  engines = prepareEngines(null)
  keeper = createEngineKeeper()
})

afterEach(async () => {
  await engines.close()
  await keeper.close()
})

/** Processes of engines that this process started. */
function engineProcesses(): readonly number[] {
  const started = readdirSync(`/proc/${process.pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${process.pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return started.map(Number).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine-process.js'))
}

describe('a keeper', () => {
  it('gives the next engine the process of the last, without its tables, settings and permissions', async () => {
    const [one, other] = [join(engines.folder, 'one.csv'), join(engines.folder, 'other.csv')]
    for (const file of [one, other]) writeFileSync(file, 'a\n1\n')
    const first = await engines.open({ keeper, files: [one] })
    await first.query(`create table t as select 1 as x`)
    await first.lock()
    expect(await first.query(`from '${one}'`)).toEqual([{ a: 1n }])
    await expect(first.query(`from '${other}'`)).rejects.toThrow(/disabled by configuration|Permission/)
    const [pid] = engineProcesses()
    await first.close()

    const second = await engines.open({ keeper, files: [other], memoryLimitBytes: 200 * 2 ** 20 })
    expect(engineProcesses()).toEqual([pid])
    await expect(second.query('from t')).rejects.toThrow(/t does not exist/)
    expect(await second.query(`select current_setting('memory_limit') as m, current_setting('TimeZone') as z`)).toEqual([
      { m: '200.0 MiB', z: 'UTC' },
    ])
    await second.lock()
    expect(await second.query(`from '${other}'`)).toEqual([{ a: 1n }])
    await expect(second.query(`from '${one}'`)).rejects.toThrow(/disabled by configuration|Permission/)
  })

  it('ends no engine by another’s close, and answers a closed one no more', async () => {
    const first = await engines.open({ keeper })
    await first.close()
    const second = await engines.open({ keeper })
    await first.close()
    await expect(first.query('select 1')).rejects.toMatchObject({ code: 'cancelled' })
    expect(await second.query('select 1::integer as x')).toEqual([{ x: 1 }])
  })

  it('removes what was spilled, and limits the next engine as a new one', async () => {
    const first = await engines.open({ keeper })
    expect(readdirSync(engines.spillFolder)).toHaveLength(1)
    await first.close()
    expect(readdirSync(engines.spillFolder)).toHaveLength(0)
    const second = await engines.open({ keeper, spillLimitBytes: 2 ** 20, memoryLimitBytes: 64 * 2 ** 20 })
    // The guard knows the new folder.
    const spilled = second.query('select count(*) from (select distinct hash(i)::varchar || i from range(20000000) t(i))')
    await expect(spilled).rejects.toMatchObject({ code: 'engine-limit' })
    await second.close()
    expect(existsSync(engines.spillFolder) ? readdirSync(engines.spillFolder) : []).toEqual([])
  })

  it('keeps no process that was busy or has ended', async () => {
    const first = await engines.open({ keeper })
    const [pid] = engineProcesses()
    const query = first.query('select count(*) from range(1000000000000)')
    const running = expect(query).rejects.toMatchObject({ code: 'cancelled' })
    await first.close()
    await running
    expect(keeper.take()).toBeNull()
    const second = await engines.open({ keeper })
    expect(engineProcesses()).not.toContain(pid)
    await second.close()
    const [kept] = engineProcesses()
    process.kill(kept ?? 0, 'SIGKILL')
    await eventually(() => Promise.resolve(expect(engineProcesses()).toEqual([])))
    // Until this process has heard of it.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const third = await engines.open({ keeper })
    expect(await third.query('select 1::integer as x')).toEqual([{ x: 1 }])
  })

  it('starts a process ahead, once, and none after its end', async () => {
    keeper.warm()
    keeper.warm()
    const [pid, ...more] = engineProcesses()
    expect(more).toEqual([])
    const engine = await engines.open({ keeper })
    expect(engineProcesses()).toEqual([pid])
    await keeper.close()
    await engine.close()
    keeper.warm()
    await eventually(() => Promise.resolve(expect(engineProcesses()).toEqual([])))
  })
})
