/** The catalogue and the lineage over the admin API: a real server on a real Postgres, and the source process on a real repository. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openArtifactNotes } from '../../../reconciler/artifacts/artifact-notes.ts'
import { writeEnvironment } from '../../../reconciler/database/journal-queries.ts'
import { openPool, type Pool } from '../../../reconciler/database/pool.ts'
import { buildCatalogue } from '../../../reconciler/governance/catalogue/feature-catalogue.ts'
import { emptyProfile } from '../../../reconciler/profiles/profile.ts'
import { FeatureReader } from '../../../reconciler/reconcile/api/applied-features.ts'
import { buildControlOpenApi } from '../../../reconciler/reconcile/api/control-openapi.ts'
import { type ControlServer, createControlServer } from '../../../reconciler/reconcile/api/control-server.ts'
import { ControlStore } from '../../../reconciler/reconcile/api/control-store.ts'
import { buildFeatureRoutes } from '../../../reconciler/reconcile/api/feature-routes.ts'
import { keepStatistics, readKeptStatistics } from '../../../reconciler/reconcile/kept-statistics.ts'
import { createSourceClient, type SourceClient } from '../../../reconciler/reconcile/source/source-client.ts'
import { edit, resourcesOf, weatherFiles } from '../../governance/support/weather-files.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { commitFiles, createRepository, removeFolder, temporaryFolder } from '../../support/git-repositories.ts'

const folder = temporaryFolder()
const repository = createRepository(join(folder, 'repository'))
const place = { notes: openArtifactNotes(), store: `folder:${join(folder, 'artifacts')}`, environment: 'production' }
let database: TestDatabase
let pool: Pool
let source: SourceClient
let server: ControlServer
let url: string
let first: string
let second: string
const readings: string[] = []
const laterFiles = edit(weatherFiles, 'features/calm.yaml', 'wind_speed < 3', 'wind_speed < 4')

beforeAll(async () => {
  first = commitFiles(repository, weatherFiles, 'Start')
  second = commitFiles(repository, laterFiles, 'Later')
  database = await createTestDatabase()
  pool = openPool(database.url, { applicationName: 'feature routes test' })
  source = createSourceClient({ repository, branch: 'main', path: '', token: null, cacheFolder: join(folder, 'cache') })
  const store = new ControlStore(pool, 'production')
  const reader = new FeatureReader({
    readAppliedCommit: () => store.readAppliedCommit(),
    source: {
      fetchHead: () => source.fetchHead(),
      readCommit: (commit) => {
        readings.push(commit)
        return source.readCommit(commit)
      },
    },
  })
  server = createControlServer({
    routes: buildFeatureRoutes(
      () => reader.read(),
      (digest) => readKeptStatistics(place, digest),
    ),
    token: 'secret',
    host: '127.0.0.1',
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    notStarted: () => null,
  })
  url = await server.listen(0)
})

afterAll(async () => {
  await server.close()
  await source.stop()
  await pool.end()
  await database.drop()
  removeFolder(folder)
})

async function ask(path: string, token = 'secret'): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: await response.json() }
}

function apply(appliedCommit: string): Promise<void> {
  return writeEnvironment(pool, 'production', { project: 'flights', headCommit: second, appliedCommit, artifactStore: '' })
}

/** As it travels. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('the routes of features', () => {
  it('say that nothing is applied yet', async () => {
    expect(await ask('features')).toEqual({
      status: 404,
      body: { error: { code: 'not-found', message: 'no commit is applied yet', hint: 'mainward status says what is going on' } },
    })
  })

  it('tell the catalogue of the commit that is applied, whatever the head is', async () => {
    await apply(first)
    expect(await ask('features')).toEqual({
      status: 200,
      body: { commit: first, ...(plain(buildCatalogue(resourcesOf())) as object) },
    })
  })

  it('read a commit once, and another when it is applied', async () => {
    await apply(first)
    await Promise.all([ask('features'), ask('features/calm'), ask('lineage/Model/flight-delay')])
    expect(readings.filter((commit) => commit === first)).toHaveLength(1)
    await apply(second)
    const [view] = buildCatalogue(resourcesOf(laterFiles)).views.filter(({ name }) => name === 'calm')
    expect(await ask('features/calm')).toEqual({
      status: 200,
      body: { commit: second, ...(plain(view) as object), statistics: null },
    })
    expect(readings.filter((commit) => commit === second)).toHaveLength(1)
  })

  it('filter and search as the command line does', async () => {
    const names = async (query: string) => ((await ask(`features?${query}`)).body as { views: { name: string }[] }).views.map(({ name }) => name) // prettier-ignore
    expect(await names('tag=hourly')).toEqual(['airport_weather', 'carrier_delays'])
    expect(await names('tag=hourly&owner=team-carriers')).toEqual(['carrier_delays'])
    expect((await ask('features?words=wind+SPEED')).body).toMatchObject({
      hits: [{ id: 'airport_weather:wind_speed', type: 'feature', dtype: 'float32', unit: 'mph' }],
      nearest: [],
    })
    expect((await ask('features?words=wnid')).body).toMatchObject({ hits: [], nearest: ['wind'] })
  })

  it('tell one feature', async () => {
    expect((await ask('features/calm:is_calm')).body).toMatchObject({ view: 'calm', id: 'calm:is_calm', dtype: 'bool' })
  })

  it('tell the newest statistics of the definition that is applied, and no others', async () => {
    await apply(second)
    const [view] = buildCatalogue(resourcesOf(laterFiles)).views.filter(({ name }) => name === 'calm')
    const digest = view?.digest ?? 'sha256:'
    const categories = { limit: 50, categories: [{ value: 'true', count: 4, error: 0 }], unlistedAtMost: 0 }
    const profile = { ...emptyProfile('bool'), rows: 5, nulls: 1, categories }
    const source = { name: 'weather_hourly', rows: 5, lastEvent: null, fingerprint: `sha256:${'1'.repeat(64)}` as const }
    const statistics = {
      view: 'calm',
      digest,
      asOf: '2013-06-01T00:00:00Z',
      computedAt: '2026-11-27T00:00:00Z',
      commit: second,
      sources: [source],
      features: [{ name: 'is_calm', of: 'rows' as const, profile }],
    }
    await keepStatistics(place, { ...statistics, asOf: '2013-05-01T00:00:00Z' })
    await keepStatistics(place, statistics)
    for (const path of ['features/calm', 'features/calm:is_calm']) {
      expect((await ask(path)).body).toMatchObject({
        statistics: {
          digest,
          asOf: '2013-06-01T00:00:00Z',
          commit: second,
          sources: [source],
          features: [{ name: 'is_calm', of: 'rows', rows: 5, count: 4, nulls: 1, mean: null, quantiles: null }],
        },
      })
    }
    await apply(first)
    expect((await ask('features/calm')).body).toMatchObject({ statistics: null })
  })

  it('tell the lineage of anything, with what only an engine could follow said', async () => {
    const { status, body } = await ask('lineage/rollout/flight-delay')
    expect([status, (body as { focus: string[] }).focus]).toEqual([200, ['Rollout/flight-delay@production']])
    const feature = (await ask('lineage/Feature/carrier_delays:dep_delay')).body as { nodes: { id: string }[]; columns: object[] }
    expect(feature.nodes.map(({ id }) => id)).toEqual([
      'DataSource/flights',
      'Feature/carrier_delays:dep_delay',
      'FeatureView/carrier_delays',
    ])
    expect(feature.columns).toEqual([
      {
        feature: 'Feature/carrier_delays:dep_delay',
        columns: ['flights.dep_delay'],
        unresolved: null,
      },
    ])
    const behindSql = (await ask('lineage/Feature/calm:is_calm')).body as { columns: object[] }
    expect(behindSql.columns.at(-1)).toEqual({
      feature: 'Feature/calm:is_calm',
      columns: [],
      unresolved: 'calm: the control plane does not follow SQL; mainward lineage does',
    })
  })

  it.each([
    ['features/clam', 404, 'did you mean calm?'],
    ['features?tag=houry', 404, 'did you mean hourly?'],
    ['lineage/Model/flight-dely', 404, 'did you mean Model/flight-delay?'],
    [`features/${'x'.repeat(700)}`, 414, undefined],
    ['features?colour=red', 400, '/openapi.json describes every request'],
    ['features?words=', 400, '/openapi.json describes every request'],
  ])('refuse %s', async (path, status, hint) => {
    const answer = await ask(path)
    expect([answer.status, (answer.body as { error: { hint?: string } }).error.hint]).toEqual([status, hint])
  })

  it('need the token', async () => {
    for (const path of ['features', 'features/calm', 'lineage/Model/flight-delay']) {
      expect((await ask(path, 'wrong')).status).toBe(401)
    }
  })

  it('stand in the OpenAPI document, with the parts of their paths', () => {
    const { paths } = buildControlOpenApi(
      buildFeatureRoutes(
        () => Promise.reject(new Error('nobody asks')),
        () => Promise.reject(new Error('nobody asks')),
      ),
      '0',
    ) as {
      paths: Record<string, { get: { parameters: { name: string; in: string; required?: boolean }[]; responses: object } }>
    }
    expect(Object.keys(paths)).toEqual(['/api/v1/features', '/api/v1/features/{view}', '/api/v1/lineage/{kind}/{name}'])
    const shape = Object.values(paths).map(({ get }) =>
      get.parameters.map((each) => `${each.in} ${each.name} ${each.required ?? false}`),
    )
    expect(shape).toEqual([
      ['query tag false', 'query owner false', 'query words false'],
      ['path view true'],
      ['path kind true', 'path name true'],
    ])
    expect(Object.keys(paths['/api/v1/features/{view}']?.get.responses ?? {})).toContain('404')
  })
})
