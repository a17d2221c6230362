/** An engine for one job on pushed rows, with a folder that is the job's alone. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from '../../features/engine/engine.ts'
import type { EngineKeeper } from '../../features/engine/engine-keeper.ts'
import { openEngine } from '../../features/engine/open-engine.ts'

export interface JobPlace {
  /** A folder of this process's own. */
  readonly workFolder: string
  readonly keeper?: EngineKeeper
}

/** `sort` names the folder of all jobs of a sort: what a job that was killed has left there goes first. Statements reach `folder`, and nothing else. */
export async function withJobEngine<T>(
  { workFolder, keeper }: JobPlace,
  sort: string,
  use: (engine: Engine, folder: string) => Promise<T>,
): Promise<T> {
  const parent = join(workFolder, sort)
  await rm(parent, { recursive: true, force: true })
  await mkdir(parent, { recursive: true })
  // Of this job alone: the engine of one that was killed may still write. The engine lets statements reach real paths alone.
  const folder = await realpath(await mkdtemp(join(parent, 'job-')))
  const engine = await openEngine({
    spillFolder: join(workFolder, 'spill'),
    folders: [folder],
    ...(keeper === undefined ? {} : { keeper }),
  })
  try {
    await engine.lock()
    return await use(engine, folder)
  } finally {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}
