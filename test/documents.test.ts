/** The pages say what is there: paths exist, and every code and metric has its line. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../reconciler/core/package-root.ts'
import { defaultLimits } from '../reconciler/serving/limits.ts'
import { metricFamilies } from '../reconciler/serving/metrics/metric-families.ts'

function readPage(path: string): string {
  return readFileSync(join(packageRoot, path), 'utf8')
}

/** What a program makes. */
const made: ReadonlySet<string> = new Set(['demo/', 'dist/', 'control.json', 'ready.json'])

/** Names in backticks that look like a file or a folder of the repository; in capitals is what stands for a name. */
function listPaths(page: string): readonly string[] {
  const named = [...page.matchAll(/`([^`\s]+)`/g)].map(([, text]) => text ?? '')
  return named.filter((text) => /^[a-z][a-z0-9./_-]*(\/|\.(ts|mjs|md|json))$/.test(text) && !made.has(text))
}

const sources = readdirSync(join(packageRoot, 'reconciler'), { recursive: true, encoding: 'utf8' })

/** A page may leave `reconciler/` out, and more where the sentence says which folder is meant. */
function isThere(path: string): boolean {
  const end = `/${path.replace(/\/$/, '')}`
  return existsSync(join(packageRoot, path)) || sources.some((source) => `/${source}`.endsWith(end))
}

describe('the pages', () => {
  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md', 'docs/serving.md', 'docs/features/manifests.md'])(
    '%s names only paths that exist',
    (name) => {
      expect(listPaths(readPage(name)).filter((path) => !isThere(path))).toEqual([])
    },
  )

  it('link only to files that exist', () => {
    for (const name of [
      'ARCHITECTURE.md',
      'CONTRIBUTING.md',
      'README.md',
      'docs/serving.md',
      'docs/errors.md',
      'docs/records.md',
      'docs/features/manifests.md',
      'docs/features/catalogue.md',
      'docs/features/README.md',
      'docs/features/datasets.md',
      'docs/features/from-feast.md',
      'docs/features/how-to.md',
      'docs/features/skew.md',
      'docs/training/how-a-trainer-runs.md',
      'docs/gates/reading-a-report.md',
    ]) {
      const targets = [...readPage(name).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? '')
      const local = targets.filter((target) => !target.includes('://'))
      expect(local.filter((target) => !existsSync(join(packageRoot, name, '..', target)))).toEqual([])
    }
  })

  it('say what every error code means', () => {
    const declared = /export type ErrorCode =([\s\S]*?)\n\n/.exec(readPage('reconciler/core/error.ts'))?.[1] ?? ''
    const codes = [...declared.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code ?? '')
    expect(codes.length).toBeGreaterThan(20)
    const page = readPage('docs/errors.md')
    expect(codes.filter((code) => !page.includes(`| \`${code}\` |`))).toEqual([])
  })

  it('say what every reason of a release means', () => {
    const declared = /status: 'failed'[\s\S]*?reason:([\s\S]*?)\n\s*readonly message/.exec(
      readPage('reconciler/core/serving-state.ts'),
    )
    const reasons = [...(declared?.[1] ?? '').matchAll(/'([A-Z][A-Za-z]+)'/g)].map(([, reason]) => reason ?? '')
    expect(reasons.length).toBeGreaterThan(4)
    const page = readPage('docs/errors.md')
    expect(reasons.filter((reason) => !page.includes(`| \`${reason}\` |`))).toEqual([])
  })

  it('say what every metric means', () => {
    const page = readPage('docs/serving.md').replaceAll('`…_sequence`', '`mainward_serving_state_sequence`')
    const missing = Object.keys(metricFamilies).filter((name) => !new RegExp(`\`${name}[\`{]`).test(page))
    expect(missing).toEqual([])
  })

  it('say the limit on a body as it is', () => {
    expect(readPage('docs/serving.md')).toContain(`${defaultLimits.bodyBytes / 1024 / 1024} MiB`)
  })
})
