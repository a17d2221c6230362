/** Data checks of a dataset in a folder: counted by an engine of its own, judged by evaluation. */
import { join } from 'node:path'
import type { DataCheckOutcome } from '../../core/evaluation.ts'
import type { Task } from '../../core/release.ts'
import { judgeData } from '../../evaluation/data-checks/judge-data.ts'
import type { DatasetReport } from '../../features/dataset/dataset-report.ts'
import { measureFacts, type PartFile } from '../../features/dataset/measure-facts.ts'
import { openEngine, type EngineOptions } from '../../features/engine/open-engine.ts'

export interface DatasetCheck {
  readonly task: Task
  /** What `writeDataset` wrote. */
  readonly folder: string
  readonly report: Pick<DatasetReport, 'parts' | 'columns'>
  /** Without the folder: it is allowed here. */
  readonly engine: EngineOptions
}

/** None without a part to judge by. Throws what engines throw. */
export async function checkDataset({ task, folder, report, engine }: DatasetCheck): Promise<readonly DataCheckOutcome[]> {
  const { parts, columns } = report
  const part = (name: string): PartFile | null => {
    const found = parts.find((each) => each.name === name)
    return found === undefined ? null : { path: join(folder, found.file), rows: found.rows }
  }
  const train = part('train')
  const name = part('test') === null ? 'validation' : 'test'
  const judged = part(name)
  if (train === null || judged === null) return []
  const opened = await openEngine({ ...engine, folders: [...(engine.folders ?? []), folder] })
  try {
    return judgeData(await measureFacts(opened, { task, columns, train, judged: { ...judged, name } }))
  } finally {
    await opened.close()
  }
}
