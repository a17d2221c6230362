/** Engines for tests: each with a folder of its own below the machine's temporary one, and closed with it. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../../../../reconciler/features/engine/engine.ts'
import { openEngine, type EngineOptions } from '../../../../reconciler/features/engine/open-engine.ts'

export interface TestEngines {
  readonly folder: string
  /** Where engines spill to. */
  readonly spillFolder: string
  open(options?: Partial<EngineOptions>): Promise<Engine>
  /** Closes all engines and removes the folder. */
  close(): Promise<void>
}

export function prepareEngines(): TestEngines {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-engine-')))
  const spillFolder = join(folder, 'spill')
  const engines: Engine[] = []
  return {
    folder,
    spillFolder,
    open: async (options = {}) => {
      const engine = await openEngine({ spillFolder, ...options })
      engines.push(engine)
      return engine
    },
    close: async () => {
      for (const engine of engines) await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
