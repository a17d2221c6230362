// The engine that golden cases run in: the one of the built program, in a process of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngine } from '../../dist/features/engine/open-engine.js'

export async function openCaseEngine() {
  const spillFolder = await mkdtemp(join(tmpdir(), 'mainward-pit-cases-'))
  const engine = await openEngine({ spillFolder })
  return {
    query: (sql, parameters = []) => engine.query(sql, parameters),
    close: async () => {
      await engine.close()
      await rm(spillFolder, { recursive: true, force: true })
    },
  }
}
