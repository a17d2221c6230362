/** The requests of the pages for newcomers, sent to a data plane that has the views of the page on Feast. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import type { OnlineView } from '../../../reconciler/core/online-view.ts'
import { assembleCommit } from '../../../reconciler/manifests/assemble.ts'
import { parseFile } from '../../../reconciler/manifests/parse-file.ts'
import { projectExample } from '../../../reconciler/manifests/rules/examples.ts'
import { assembleFeatures } from '../../../reconciler/reconcile/assemble-features.ts'
import { removeParts, startServer, type RunningServer } from '../support/running-server.ts'
import { servingState } from '../support/serving-state.ts'
import { openStore } from './support/online-views.ts'

const readPage = (name: string): string => readFileSync(join(packageRoot, 'docs/features', name), 'utf8')
const pages = ['from-feast.md', 'how-to.md'] as const

interface PageRequest {
  readonly page: string
  readonly path: string
  readonly body: string
  /** Empty where the page shows none. */
  readonly answer: string
}

const requests = pages.flatMap((page) =>
  [...readPage(page).matchAll(/^curl -s http:\/\/127\.0\.0\.1:8080(\S+) -d '(.*)'\n([^]*?)^```$/gm)].map(
    ([, path = '', body = '', answer = '']): PageRequest => ({ page, path, body, answer }),
  ),
)

const parse = (text: string) => parseFile(new TextEncoder().encode(text))
const manifests = [...readPage('from-feast.md').matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text).join('---\n')
const files = [
  { path: 'mainward.yaml', parsed: parse(projectExample) },
  { path: 'features.yaml', parsed: parse(manifests) },
]
const { resources } = assembleCommit({ files, artifacts: new Map() }, { mode: 'proposed' })
const { views } = assembleFeatures({ commit: '0'.repeat(40), resources })

const eightUs = 1_772_352_000_000_000n
const online = await openStore()
let server: RunningServer

beforeAll(async () => {
  const stats = views.find(({ name }) => name === 'courier_stats') as OnlineView
  await online.fill(stats, eightUs + 6_300_000_000n, [
    { key: [17n], eventUs: eightUs, values: [3n, 4.5, 3n] },
    { key: [18n], eventUs: eightUs, values: [1n, null, 1n] },
  ])
  server = await startServer({ store: online.store })
  const dataTime = '2026-03-01T10:00:00.000Z'
  await server.serve({ ...servingState(1, { releases: [], routes: [] }), dataTime, featureViews: views })
})

afterAll(async () => {
  await server.stop()
  await removeParts(server)
  await online.close()
})

describe('the requests of the pages', () => {
  it('are all found', () => {
    expect(requests.map(({ page, path }) => `${page} ${path}`)).toEqual([
      'from-feast.md /get-online-features',
      'from-feast.md /push',
      'how-to.md /get-online-features',
      'how-to.md /v1/models/late-delivery/predict',
      'how-to.md /push',
    ])
  })

  it.each(requests.filter(({ path }) => !path.startsWith('/v1/models/')))('$page: $path', async ({ path, body, answer }) => {
    const { status, body: found } = await server.post(path, JSON.parse(body))
    expect(status).toBe(200)
    if (answer !== '') expect(found).toEqual(JSON.parse(answer))
  })

  it('send a prediction the keys of the model and its request features, and nothing else', () => {
    const { body } = requests.find(({ path }) => path.startsWith('/v1/models/')) as PageRequest
    const { rows } = JSON.parse(body) as { rows: readonly object[] }
    const model = resources.find(({ kind }) => kind === 'Model')?.spec as { requestFeatures: readonly { name: string }[] }
    const keys = views.find(({ name }) => name === 'courier_stats')?.keys ?? []
    expect(Object.keys(rows[0] ?? {}).sort()).toEqual([...keys, ...model.requestFeatures].map(({ name }) => name).sort())
  })
})
