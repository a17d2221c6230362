/** `mainward gate --recompute`: stored evidence against data and model file, on a repository whose version was trained. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { digestEvidence } from '../../../reconciler/core/evidence-digest.ts'
import type { Evidence } from '../../../reconciler/core/evidence.ts'
import { commitFiles } from '../../support/git-repositories.ts'
import { type LoanRepository, makeLoanRepository, run, write } from './support/loan-repository.ts'

const path = 'models/loan-approval/versions/2.yaml'

let made: LoanRepository
let folder: string

beforeEach(() => {
  made = makeLoanRepository()
  folder = made.folder
})

afterEach(() => made.remove())

/** With a digest that fits, as a forger would. */
function forge(change: (evidence: Evidence) => Evidence): void {
  const manifest = parse(readFileSync(join(folder, path), 'utf8')) as { spec: { evidence: Evidence } }
  const changed = change(manifest.spec.evidence)
  const evidence = { ...changed, digest: digestEvidence(changed) }
  write(folder, path, stringify({ ...manifest, spec: { ...manifest.spec, evidence } }))
}

it('finds what is stored, also when the version itself is in production by now, and what a forger wrote', async () => {
  expect((await run(folder, 'train')).code).toBe(0)
  commitFiles(folder, {}, 'Version 2, in production')
  const honest = await run(folder, 'gate', 'loan-approval', '2', '--recompute')
  expect([honest.code, honest.errors]).toEqual([0, ''])
  expect(honest.output).toMatch(/evaluated again: all of \d+ stored results agree\n/)

  forge((evidence) => ({
    ...evidence,
    evaluation: {
      ...evidence.evaluation,
      measurements: evidence.evaluation.measurements.map(
        (each) =>
        each.metric === 'roc_auc' && each.of === 'candidate' && each.group === undefined ? { ...each, estimate: 0.99, low: 0.98, high: 1 } : each, // prettier-ignore
      ),
    },
  }))
  expect((await run(folder, 'gate', 'loan-approval', '2')).code).toBe(0)
  const forged = await run(folder, 'gate', 'loan-approval', '2', '--recompute')
  expect(forged.code).toBe(1)
  // By an independent prototype the model of version 1 has AUC .858 on this part (.857977).
  expect(forged.output).toMatch(/\nit may not be merged, its evidence is not what was found\n$/)
  expect(forged.output).toMatch(/evaluated again: 1 of \d+ stored results differ\n {2}roc_auc of candidate: 0\.99 \(0\.98 to 1, 596 rows\) is stored, found 0\.857977/) // prettier-ignore
})

it('refuses a version without evidence', async () => {
  const { code, errors } = await run(folder, 'gate', 'loan-approval', '1', '--recompute')
  expect(code).toBe(2)
  expect(errors).toContain('version 1 of loan-approval has no evidence to compare with')
})
