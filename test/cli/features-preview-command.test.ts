/** `mainward features preview` on real files, against values by brute force. */
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../reconciler/cli/commands.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import { weatherAt } from '../features/dataset/support/brute-dataset.ts'
import { dataFiles, makeData, projectFile, tripManifests, writeRepository } from '../features/dataset/support/trip-repository.ts'
import { createTestContext } from '../support/cli-context.ts'

const data = makeData()
const asOf = 9 * 1440 + 12 * 60 + 7
const at = '2013-01-10T12:07:00Z'
const grid = asOf - 7
let folder: string

beforeAll(() => {
  folder = writeRepository({ ...projectFile, 'features.yaml': tripManifests, ...dataFiles(data) })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(...argv: readonly string[]) {
  const context = createTestContext({ folder })
  const code = await runCli({ context, commands, argv: ['features', 'preview', ...argv], version: '0' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}

const instant = (minute: number): string =>
  new Date(Date.parse('2013-01-01T00:00:00Z') + minute * 60_000).toISOString().replace('.000', '')

/** The newest row of each place that had been seen at the grid's time of 12:00, else by then; newest first. */
function expectedRows() {
  const places = [...new Set(data.weather.flatMap(({ place }) => (place === null ? [] : [place])))]
  const rows = places.map((place) => {
    const { found, wind, max, windy } = weatherAt(data.weather, place, asOf, asOf)
    const own = data.weather.filter((row) => row.place === place && row.seen <= asOf && row.observed <= asOf)
    const onGrid = own.filter(({ observed, seen }) => Math.max(observed, seen) <= grid)
    const times = (onGrid.length > 0 ? onGrid : own).map(({ observed }) => observed)
    const values = { wind, wind_max_6h: max, windy_1d: String(windy) }
    return { keys: { place }, newest: Math.max(...times), found, values }
  })
  rows.sort((a, b) => b.newest - a.newest || (a.keys.place < b.keys.place ? -1 : 1))
  return rows.map(({ newest, ...row }) => ({ ...row, eventTime: instant(newest) }))
}

describe('mainward features preview', () => {
  it('shows the newest keys with their values as they were known, on the grid', async () => {
    const { code, output, errors } = await run('place_weather', '--as-of', at, '--json')
    expect([code, errors]).toEqual([0, ''])
    const expected = expectedRows()
    expect(JSON.parse(output)).toEqual({ view: 'place_weather', asOf: at, valuesAsOf: '2013-01-10T12:00:00Z', rows: expected })
    expect(expected.map(({ found }) => found)).toContain(true)
    expect(expected).toHaveLength(3)
  })

  it('names the row that the values are of, not one that came after the time of the grid', async () => {
    // Known a minute before the preview, newer than all others of its place, and not on the grid yet.
    const [found] = data.weather.flatMap((row) => {
      const now = Math.max(row.observed, row.seen) + 1
      const point = Math.floor((now - 1) / 15) * 15
      const own = data.weather.filter(({ place, observed, seen }) => place === row.place && observed <= now && seen <= now)
      const before = own.filter(({ observed, seen }) => Math.max(observed, seen) <= point).map(({ observed }) => observed)
      const isNewest = own.every(({ observed }) => observed <= row.observed) && Math.max(...before) < row.observed
      return row.place !== null && isNewest && before.length > 0 ? [{ place: row.place, now, newest: Math.max(...before) }] : []
    })
    if (found === undefined) throw new Error('the data has such a row')
    const { output } = await run('place_weather', '--as-of', instant(found.now), '--json')
    const { rows } = JSON.parse(output) as { rows: readonly { keys: { place: string }; eventTime: string }[] }
    expect(rows.find(({ keys }) => keys.place === found.place)?.eventTime).toBe(instant(found.newest))
  })

  it('shows as many as were asked for, as a table', async () => {
    const { output } = await run('place_weather', '--as-of', at, '--rows', '2')
    const [first, titles, ...rows] = output.trimEnd().split('\n')
    expect(first).toBe(`place_weather as of ${at}, values on the grid at 2013-01-10T12:00:00Z`)
    expect(titles?.split(/ {2,}/)).toEqual(['place', 'newest row', 'counts', 'wind', 'wind_max_6h', 'windy_1d'])
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual(
      expectedRows()
        .slice(0, 2)
        .map(({ keys, eventTime, found, values }) => [
          keys.place,
          eventTime,
          found ? 'yes' : 'stale',
          ...Object.values(values).map(String),
        ]),
    )
  })

  it('shows a static view, and one that nothing was known of', async () => {
    expect((await run('place_facts', '--as-of', at)).output).toBe(
      `place_facts as of ${at}\nplace  newest row  counts  height\nA      static      yes         -3\nB      static      yes          7\nD      static      yes       null\n`,
    )
    expect((await run('place_weather', '--as-of', '2012-01-01')).output).toBe(
      'place_weather: no row was known at 2012-01-01T00:00:00Z\n',
    )
  })

  it.each([
    [['place_wether'], 'did you mean place_weather?'],
    [['place_weather', '--rows', '0'], '--rows: expected a number of at least 1'],
    [['place_weather', '--rows', '1.5'], '--rows: expected a whole number from 1 to 10000, found 1.5'],
  ])('%j is wrong use', async (argv, message) => {
    const { code, errors } = await run(...argv)
    expect(code).toBe(2)
    expect(errors).toContain(message)
  })
})
