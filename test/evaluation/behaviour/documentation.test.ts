/** The page on behaviour tests: its Model is valid, and every field of a test is named. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { dataLimits, judgeData } from '../../../reconciler/evaluation/data-checks/judge-data.ts'
import { parse } from '../../manifests/commit-of.ts'
import { propertiesOf } from '../../manifests/full-manifests.ts'

const page = readFileSync(join(packageRoot, 'docs/gates/behaviour-tests.md'), 'utf8')

describe('the page on behaviour tests', () => {
  it('shows a model without findings, with a test of every type', () => {
    const manifest = /```yaml\n(apiVersion:[^]*?)```/.exec(page)?.[1] ?? ''
    const { documents, findings } = parse(manifest)
    expect(findings).toEqual([])
    const { tests } = documents[0]?.spec as { readonly tests: readonly { readonly type: string }[] }
    expect(new Set(tests.map(({ type }) => type)).size).toBe(7)
  })

  it('names every field', () => {
    const fields = propertiesOf('Model').filter(({ pattern }) => pattern.startsWith('/spec/tests/*/'))
    const names = [...new Set(fields.map(({ pattern }) => pattern.split('/').at(-1) ?? ''))]
    expect(names.length).toBeGreaterThan(25)
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([])
  })

  it('names every data check, and its limit', () => {
    const facts = {
      task: 'regression',
      judgedPart: 'test',
      trainRows: 0,
      judgedRows: 0,
      sampledRows: { train: 0, judged: 0 },
      sharedRows: 0,
      labels: [],
      features: [],
    } as const
    for (const { name } of judgeData(facts)) expect(page).toContain(`| \`${name}\` |`)
    const { sharedRows, newCategory, drift, area, correlation, rareClass } = dataLimits
    const rows = [
      `${sharedRows * 100} % of the test rows`,
      `${newCategory * 100} % of the test rows`,
      `| ${drift} |`,
      `${area} (regression: ${correlation})`,
      `less than ${rareClass * 100} %`,
    ]
    expect(rows.filter((text) => !page.includes(text))).toEqual([])
  })
})
