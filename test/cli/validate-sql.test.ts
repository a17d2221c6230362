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

  it('tells mistakes of all sorts at once: of SQL, expectations and other files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mainward-validate-sql-'))
    made.push(folder)
    const several = [
      [view, 'wind_gust - wind_speed AS gustiness', 'gust - wind_speed AS gustiness'],
      [view, 'expect_column_values_to_be_between', 'expect_column_values_to_be_betwen'],
      [view, 'column: wind_speed, function: max', 'column: wind_sped, function: max'],
      ['features/calm.yaml', 'airport: JFK, at: ', 'airprt: JFK, at: '],
    ] as const
    const files = several.reduce((all, [path, before, after]) => edit(all, path, before, after), weatherFiles)
    writeFiles(folder, {
      ...files,
      'other.yaml': 'apiVersion: mainward.dev/v1alpha1\nkind: Entity\nmetadata: { name: x }\nspec: {}\n',
    })
    const { code, output, errors } = await runCommand(folder, ['validate', '--format', 'json'])
    expect(errors).toBe('')
    const { findings } = JSON.parse(output) as { findings: readonly { file: string; rule: string; message: string }[] }
    expect(code).toBe(1)
    const found = findings.map(({ file, rule }) => `${file} ${rule}`)
    expect(found).toEqual(
      expect.arrayContaining([`${view} view-sql`, `${view} expectation-name`, 'features/calm.yaml unit-test-row', 'other.yaml missing-field']), // prettier-ignore
    )
    expect(findings.filter(({ rule }) => rule === 'view-sql')).toHaveLength(1)
  })
})
