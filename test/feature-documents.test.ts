/** The pages on features show manifests that validate, each page as one commit, and name every field of the kinds. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { packageRoot } from '../reconciler/core/package-root.ts'
import { assembleCommit } from '../reconciler/manifests/assemble.ts'
import { parseFile } from '../reconciler/manifests/parse-file.ts'
import { projectExample } from '../reconciler/manifests/rules/examples.ts'
import { propertiesOf } from './manifests/full-manifests.ts'

const folder = join(packageRoot, 'docs/features')
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))

function snippetsOf(page: string): readonly string[] {
  return [...readFileSync(join(folder, page), 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text ?? '')
}

const parse = (text: string) => parseFile(new TextEncoder().encode(text))

describe('the pages on features', () => {
  it.each(pages)('show YAML that can be read: %s', (page) => {
    for (const snippet of snippetsOf(page)) {
      expect(parseAllDocuments(snippet).flatMap((document) => ('errors' in document ? document.errors : []))).toEqual([])
    }
  })

  it.each(pages)('show manifests that validate together, but for a rollout that they do not need: %s', (page) => {
    const snippets = snippetsOf(page).filter((text) => text.startsWith('apiVersion:'))
    const files = snippets.map((text, index) => ({ path: `${page}-${index}.yaml`, parsed: parse(text) }))
    const contents = { files: [{ path: 'mainward.yaml', parsed: parse(projectExample) }, ...files], artifacts: new Map() }
    const { findings } = assembleCommit(contents, { mode: 'proposed' })
    expect(findings.filter(({ rule }) => rule !== 'model-without-rollout')).toEqual([])
  })

  it('name every field of Entity, DataSource and FeatureView', () => {
    const page = readFileSync(join(folder, 'manifests.md'), 'utf8')
    const fields = (['Entity', 'DataSource', 'FeatureView'] as const).flatMap((kind) => propertiesOf(kind))
    const names = fields
      .filter(({ pattern }) => pattern.startsWith('/spec/'))
      .map(({ pattern }) => pattern.split('/').at(-1) ?? '')
    expect(names.length).toBeGreaterThan(40)
    expect([...new Set(names)].filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([])
  })
})
