/** `mainward demo`: the example repository as a git repository of its own, and `up` on it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { demoFolderOf, ensureDemoRepository } from './demo-repository.ts'
import type { ExitCode } from './command.ts'
import { runUp, type UpEffects } from './up.ts'
import type { UpOptions } from './up/up-options.ts'
import { MainwardError } from '../core/error.ts'
import { packageRoot } from '../core/package-root.ts'

/** `demo` decides on repository and data clock; everything else is as for `up`. */
export interface DemoOptions extends Omit<UpOptions, 'repository' | 'dataClock' | 'dataStart' | 'branch' | 'path'> {
  /** Make the repository again, without the commits and the state of earlier runs. */
  readonly fresh: boolean
}

/** The data are of 2013. The clock begins where the flights to replay do, in front of which all data lie that views are filled from at the start. */
const exampleClock = { dataClock: 'manual', dataStart: '2013-06-01T07:00:00.000Z' } as const

export interface DemoEffects extends UpEffects {
  /** Where an example without branches lies; default: that of this package, with its branches. */
  readonly exampleFolder?: string
}

/** Runs until it is interrupted, on `./demo`, or here when this is the demo. Throws as `runUp`, and `conflict` when `./demo` is something else. */
export async function runDemo({ fresh, ...options }: DemoOptions, effects: DemoEffects): Promise<ExitCode> {
  const example = effects.exampleFolder ?? join(packageRoot, 'example-repo')
  if (!existsSync(example)) {
    throw new MainwardError('not-found', `expected the example repository at ${example}, found nothing`)
  }
  const folder = demoFolderOf(effects.folder, fresh)
  const branches = effects.exampleFolder === undefined ? join(packageRoot, 'example-branches') : null
  const outcome = await ensureDemoRepository({ example, branches, folder, fresh, nowMs: effects.clock.now() })
  effects.terminal.write(`${describeOutcome(outcome)}\n`)
  return runUp({ ...options, repository: folder, branch: 'main', path: '', ...exampleClock }, effects)
}

function describeOutcome(outcome: 'made' | 'reused' | 'outdated'): string {
  switch (outcome) {
    case 'made':
      return 'made demo/, a git repository with a copy of the example'
    case 'reused':
      return 'using demo/ as it is'
    case 'outdated':
      return 'using demo/ as it is; the example has changed since it was made: mainward demo --fresh makes it again'
  }
}
