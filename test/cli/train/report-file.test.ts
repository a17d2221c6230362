/** What the file of `train --report` says beside the models: what happens once it is merged, and the log of a model that failed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Report } from '../../../reconciler/core/report.ts'
import { commitFiles } from '../../support/git-repositories.ts'
import { type LoanRepository, makeLoanRepository, run, write } from './support/loan-repository.ts'

let made: LoanRepository
let folder: string

beforeEach(() => {
  made = makeLoanRepository()
  folder = made.folder
})

afterEach(() => made.remove())

function readReport(): Report {
  return JSON.parse(readFileSync(join(folder, '.git/report.json'), 'utf8')) as Report
}

it('says what was measured as every form of the report does', async () => {
  const { code, output } = await run(folder, 'train', '--report', '.git/report.txt')
  expect(code).toBe(0)
  const text = readFileSync(join(folder, '.git/report.txt'), 'utf8')
  const [metrics = ''] = /^ {2}Metrics\n(?: {4}.*\n)+/m.exec(output) ?? []
  expect(metrics).toMatch(/roc_auc ↑ /)
  expect(text).toContain(metrics.replace(/^ {2}/gm, ''))
})

it('plans the rollout of the version that it wrote, and gives programs the value of the report', async () => {
  const { code, output } = await run(folder, 'train', '--report', '.git/report.json', '--json')
  expect([code, output]).toEqual([0, readFileSync(join(folder, '.git/report.json'), 'utf8')])
  const { plan, impact, featureTests, loosening, warnings } = readReport()
  expect(plan).toMatchObject({ environment: 'production' })
  expect(plan?.actions.find(({ type }) => type === 'transition')).toMatchObject({
    rollout: 'loan-approval',
    state: { rollout: 'loan-approval' },
  })
  expect(JSON.stringify(plan?.actions)).toContain('"version":2')
  expect({ impact, featureTests, loosening, warnings }).toEqual({ impact: [], featureTests: [], loosening: null, warnings: [] })
})

it('has the last lines of a trainer that failed, once', async () => {
  write(folder, 'training/train.sh', 'echo no luck; exit 3')
  commitFiles(folder, {})
  expect((await run(folder, 'train', '--report', '.git/report.json')).code).toBe(1)
  const { models, plan } = readReport()
  const outcome = models[0]?.outcome
  if (outcome?.type !== 'failed') throw new Error('it should have failed')
  expect(outcome.log).toEqual(['no luck'])
  expect(outcome.message).not.toContain('no luck')
  expect(outcome.message).toContain('3')
  expect(plan?.actions).toEqual([])
})
