/** `mainward dataset` whose weather is a query of a real Postgres: the same rows as from files, and clear words when it is away. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commands } from '../../reconciler/cli/commands.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import type { DatasetReport } from '../../reconciler/features/dataset/dataset-report.ts'
import { dataFiles, makeData, microsOf, projectFile, tripManifests, writeRepository } from '../features/dataset/support/trip-repository.ts' // prettier-ignore
import { createTestContext } from '../support/cli-context.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const data = makeData()
const query = 'select place, observed, seen, wind from weather order by line'
const fromQuery = `  postgres:\n    query: ${query}\n    connection: { secretRef: { env: WEATHER_URL } }\n`
let database: TestDatabase
let folder: string

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false })
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`create table weather (line integer, place text, observed timestamptz, seen timestamptz, wind real)`)
  for (const [line, { place, observed, seen, wind }] of data.weather.entries()) {
    const times = [observed, seen].map((minute) => new Date(Number(microsOf(minute) / 1000n)))
    await client.query('insert into weather values ($1, $2, $3, $4, $5)', [line, place, ...times, wind])
  }
  await client.end()
  const manifests = tripManifests.replace('  file: data/weather/*.csv\n', fromQuery)
  expect(manifests).toContain(query)
  folder = writeRepository({ ...projectFile, ...dataFiles(data), 'features.yaml': manifests })
})

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await database.drop()
})

async function run(where: string, out: string, url: string | undefined) {
  const childEnvironment = { ...process.env, ...(url === undefined ? {} : { WEATHER_URL: url }) }
  const context = createTestContext({ folder: where, childEnvironment })
  const argv = ['dataset', 'lateness', '--out', out, '--json', '--as-of', '2013-02-01']
  const code = await runCli({ context, commands, argv, version: '0' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}

it('has the rows that files of the same data give', async () => {
  const filesFolder = writeRepository({ ...projectFile, ...dataFiles(data), 'features.yaml': tripManifests })
  try {
    const files = await run(filesFolder, join(filesFolder, 'out'), undefined)
    expect([files.code, files.errors]).toEqual([0, ''])
    const asked = await run(folder, join(folder, 'out'), database.url)
    expect([asked.code, asked.errors]).toEqual([0, ''])
    const [expected, found] = [files, asked].map(({ output }) => JSON.parse(output) as DatasetReport)
    expect(found?.rows).toEqual(expected?.rows)
    expect(found?.digest).toBe(expected?.digest)
  } finally {
    rmSync(filesFolder, { recursive: true, force: true })
  }
})

it.each([
  ['without the secret', undefined, /WEATHER_URL/],
  ['without the database', 'postgres://nobody:secret-word@127.0.0.1:1/none', /the database is not available/],
])('says what is wrong %s, and leaves nothing', async (_, url, message) => {
  const out = join(folder, 'none')
  const { code, output, errors } = await run(folder, out, url)
  expect([code === 0, output]).toEqual([false, ''])
  expect(errors).toMatch(message)
  expect(errors).not.toContain('secret-word')
})
