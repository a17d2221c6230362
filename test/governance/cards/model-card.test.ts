/** Model cards: held against files that a person has read, and read by Hugging Face's own library. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { buildModelCard } from '../../../reconciler/governance/cards/build-model-card.ts'
import type { CardSubject } from '../../../reconciler/governance/cards/model-card.ts'
import { renderModelCard } from '../../../reconciler/governance/cards/render-model-card.ts'
import { flightModel, loanModel } from '../../reports/support/example-reports.ts'
import { ensurePythonEnvironment, makingTimeoutMs } from '../../support/python-environment.ts'

const golden = (name: string): string => join(packageRoot, 'test/governance/cards/golden', `${name}.md`)

function subjectOf(report: ReturnType<typeof flightModel>, more: Partial<CardSubject>): CardSubject {
  const { model, version, description, artifact, evidence, reproduce } = report
  if (version === null || artifact === null) throw new Error('the fixture has no version')
  return {
    project: 'example',
    model,
    version,
    task: 'binary-classification',
    source: 'trained',
    description,
    owner: null,
    tags: [],
    license: null,
    riskTier: 'medium',
    artifact,
    inputs: [],
    evidence,
    reproduce,
    ...more,
  }
}

const flight = subjectOf(flightModel(3), {
  owner: 'flights',
  license: 'apache-2.0',
  inputs: ['temp', 'dewp', 'carrier_delay_rate_7d', 'distance'],
  tags: ['flights'],
})
const loan = subjectOf(loanModel(), { riskTier: 'high' })
const imported = subjectOf(flightModel(2), { source: 'imported', evidence: null, description: null, reproduce: null })
const hostile = subjectOf(flightModel(2), {
  description: '"quoted": [x](http://evil.example) <b>\n---\nlicense: mit',
  owner: '@everyone',
  license: 'other: "x"',
})

const subjects = { flight, loan, imported, hostile }

describe('a model card', () => {
  it.each(Object.entries(subjects))('is the markdown of a person: %s', async (name, subject) => {
    await expect(renderModelCard(buildModelCard(subject))).toMatchFileSnapshot(golden(name))
  })

  it('is the example of the page on reports', async () => {
    await expect(renderModelCard(buildModelCard(flight))).toMatchFileSnapshot(join(packageRoot, 'docs/gates/example-card.md'))
  })

  it('is read by Hugging Face with the values of the evidence', { timeout: makingTimeoutMs }, async () => {
    const python = await ensurePythonEnvironment('test/governance/cards/requirements-cards.txt')
    const script = join(packageRoot, 'test/governance/cards/read-cards.py')
    const folder = mkdtempSync(join(tmpdir(), 'mainward-cards-'))
    const paths = Object.entries(subjects).map(([name, subject]) => {
      writeFileSync(join(folder, name), renderModelCard(buildModelCard(subject)))
      return join(folder, name)
    })
    const output = execFileSync(python, [script, ...paths], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    const [first, second, third, fourth] = JSON.parse(output) as readonly Record<string, unknown>[]
    expect(first).toMatchObject({
      model: 'flight-delay-3',
      license: 'apache-2.0',
      library: 'onnx',
      pipeline: 'tabular-classification',
      tags: ['mainward', 'onnx', 'binary-classification', 'flights'],
    })
    const dataset = ['flight-delay', 'arr_delayed of flight-delay', 'test', flight.evidence?.dataset.digest]
    const values = (first?.['results'] as readonly { metric: string; value: number }[]).map(({ metric, value }) => [
      metric,
      value,
    ])
    expect(first?.['results']).toContainEqual({
      task: 'tabular-classification',
      dataset,
      metric: 'ece',
      name: 'ece (95 % interval: 0.1943 to 0.2758)',
      value: 0.235054,
    })
    expect(values).toEqual([
      ['roc_auc', 0.773366],
      ['log_loss', 0.6114],
      ['brier', 0.210477],
      ['ece', 0.235054],
    ])
    expect(second).toMatchObject({ model: 'loan-approval-2', license: null })
    expect(third).toMatchObject({ license: null, results: [] })
    expect(fourth).toMatchObject({ license: 'other: "x"' })
  })

  it('says that what nobody knows is unknown', () => {
    const card = renderModelCard(buildModelCard(imported))
    for (const section of ['Metrics', 'Evaluation data', 'Training data', 'Factors']) {
      expect(card).toContain(`## ${section}\n\nUnknown: this version has no evidence.`)
    }
    expect(card).toContain('Unknown: the manifest of the model has no description.')
    expect(card).not.toContain('model-index')
  })
})
