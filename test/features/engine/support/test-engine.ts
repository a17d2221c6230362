/** Engines for tests: each with a folder of its own below the machine's temporary one, and closed with it. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Engine } from '../../../../reconciler/features/engine/engine.ts'
import { createEngineKeeper, type EngineKeeper } from '../../../../reconciler/features/engine/engine-keeper.ts'
import { openEngine, type EngineOptions } from '../../../../reconciler/features/engine/open-engine.ts'

export interface TestEngines {
  readonly folder: string
  /** Where engines spill to. */
  readonly spillFolder: string
  open(options?: Partial<EngineOptions>): Promise<Engine>
  /** Closes all engines and removes the folder. */
  close(): Promise<void>
}

/** Engines that the tests of a file open one after the other have one process. */
export const fileKeeper = createEngineKeeper()

afterAll(() => fileKeeper.close())

/** Without a keeper, each engine has a process of its own. */
export function prepareEngines(keeper: EngineKeeper | null = fileKeeper): TestEngines {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-engine-')))
  const spillFolder = join(folder, 'spill')
  const engines: Engine[] = []
  return {
    folder,
    spillFolder,
    open: async (options = {}) => {
      const engine = await openEngine({ spillFolder, ...(keeper === null ? {} : { keeper }), ...options })
      engines.push(engine)
      return engine
    },
    close: async () => {
      for (const engine of engines) await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
