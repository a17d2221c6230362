/** Builds dist/ once before the tests, so that child processes run the code under test. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../reconciler/core/package-root.ts'

export default function build(): void {
  const built = spawnSync(process.execPath, [join(packageRoot, 'scripts/build.mjs')], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the build failed: see the compiler errors above')
}
