/** `mainward validate` on SQL of views: bound by a real engine, without data; every problem at its view. */
import { afterAll, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edit, weatherFiles } from '../governance/support/weather-files.ts'
import { writeFiles } from '../support/git-repositories.ts'
import { runCommand } from '../support/run-command.ts'

const view = 'features/airport_weather.yaml'
const made: string[] = []

afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** The sound files with one text of the view put in place of another. */
async function validate(before: string, after: string) {
  const folder = mkdtempSync(join(tmpdir(), 'mainward-validate-sql-'))
  made.push(folder)
  writeFiles(folder, edit(weatherFiles, view, before, after))
  const { code, output } = await runCommand(folder, ['validate'])
  const found = output.split('\n').filter((line) => line.includes(' view-sql ') || !/^\S+:\d+:\d+ /.test(line))
  return { code, text: found.join('\n') }
}

describe('mainward validate on SQL', () => {
  it('finds nothing in views that are sound, and needs no data', async () => {
    expect(await validate('ttl: 3h', 'ttl: 4h')).toMatchObject({ code: 0 })
  })

  it.each([
    ['FROM {{ source }}', 'FORM {{ source }}', /syntax error/],
    ['FROM {{ source }}', "FROM {{ source }}, read_text('/etc/passwd')", /the table function read_text is not allowed/],
    ['wind_gust - wind_speed AS gustiness', 'wind_speed', /two columns of the result are named wind_speed/],
    [
      'wind_gust - wind_speed AS gustiness',
      "'much' AS gustiness",
      /column gustiness \(a feature\) is VARCHAR, expected declared float32/,
    ],
    [
      'wind_gust - wind_speed AS gustiness',
      'gust - wind_speed AS gustiness',
      /column "gust" not found in FROM clause! Candidate bindings: .* \(line \d\)$/m,
    ],
    ['wind_gust - wind_speed AS gustiness', 'CAST(random() AS FLOAT) AS gustiness', /random is not allowed/],
  ])('%s → %s', async (before, after, message) => {
    const { code, text } = await validate(before, after)
    expect(code).toBe(1)
    expect(text).toMatch(message)
    // The view that reads this one is not blamed.
    expect(text.match(/view-sql/g)).toHaveLength(1)
    expect(text).toMatch(
      /^features\/airport_weather\.yaml:\d+:\d+ view-sql {2}expected SQL that gives the rows of airport_weather: /,
    )
  })
})
