/** `mainward features test` on real folders: the page about it is run as it stands; then what the page does not show. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commands } from '../../reconciler/cli/commands.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { createTestContext } from '../support/cli-context.ts'
import { commitFiles, createRepository, writeFiles } from '../support/git-repositories.ts'

const page = readFileSync(join(packageRoot, 'docs/features/testing.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\S*) ?(\S*)\n([^]*?)^```$/gm)].map(([, type = '', path = '', text = '']) => ({
  type,
  path,
  text,
}))
const manifests = blocks.filter(({ type }) => type === 'yaml').map(({ text }) => text).join('---\n') // prettier-ignore
const project = 'apiVersion: mainward.dev/v1alpha1\nkind: Project\nmetadata: { name: flights }\nspec: {}\n'

/** Where commands run. */
let folder: string
/** The one of this test, which is removed. */
let made: string

beforeEach(() => {
  made = realpathSync(mkdtempSync(join(tmpdir(), 'mainward-features-test-')))
  folder = made
  writeFiles(folder, { 'mainward.yaml': project, 'features.yaml': manifests })
})
afterEach(() => rmSync(made, { recursive: true, force: true }))

async function run(line: string) {
  const context = createTestContext({ folder })
  const code = await runCli({ context, commands, argv: line.split(' '), version: '0' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}

/** The data of the page, before it changes. */
function writeData(): void {
  const seen = new Set<string>()
  for (const { path, text } of blocks.filter(({ type }) => type === 'csv')) {
    if (!seen.has(path)) writeFiles(folder, { [path]: text })
    seen.add(path)
  }
}

/** All but the test that is wrong, and data without the airport that is not expected. */
function correct(): void {
  writeFileSync(join(folder, 'features.yaml'), manifests.replace(/ +- name: two mistakes[^]*?(?= {2}online)/, ''))
  writeData()
  const data = readFileSync(join(folder, 'data/weather_hourly.csv'), 'utf8')
  writeFileSync(join(folder, 'data/weather_hourly.csv'), data.replace('PHL', 'EWR'))
}

describe('mainward features test', () => {
  it('prints what docs/features/testing.md shows', async () => {
    const shown: string[] = []
    for (const { type, path, text } of blocks) {
      if (type === 'csv') writeFiles(folder, { [path]: text })
      const command = /^\$ mainward (.*)\n/.exec(text)
      if (command === null) continue
      const { code, output, errors } = await run(command[1] ?? '')
      expect([code, errors]).toEqual([1, ''])
      expect(output).toBe(text.slice(command[0].length))
      shown.push(output)
    }
    expect(shown).toHaveLength(3)
  })

  it('ends with 0 when all is passed, with warnings too', async () => {
    correct()
    expect(await run('features test')).toMatchObject({ code: 0, errors: '' })
    const { code, output } = await run('features test --data --as-of 2013-01-01T09:00:00Z')
    expect(output).toMatch(/^warning {2}DataSource\/weather_hourly: 3 rows, 2 of 3 checks passed\n/m)
    expect(output).not.toContain('failed   ')
    expect(code).toBe(0)
  })

  it('passes on the example, with its data as it was known in June', async () => {
    folder = join(packageRoot, 'example-repo')
    const { code, output, errors } = await run('features test --data --as-of 2013-06-01')
    expect(errors).toBe('')
    expect(output).toMatch(/ passed; \d+ views without a test\n/)
    expect(output).toMatch(/^\d+ checks of \d+ sources and views as of 2013-06-01T00:00:00Z: \d+ passed\n$/m)
    expect(code).toBe(0)
  }, 120_000)

  it('writes for programs what it found', async () => {
    writeData()
    const { code, output } = await run('features test airport_weather --json --data --as-of 2013-01-01T10:30:00Z')
    const { passed, tests, data } = JSON.parse(output) as {
      readonly passed: boolean
      readonly tests: readonly { readonly verdict: string; readonly differences: readonly { readonly column: string }[] }[]
      readonly data: { readonly relations: readonly { readonly name: string; readonly readers: readonly string[] }[] }
    }
    expect([code, passed, tests.map(({ verdict }) => verdict)]).toEqual([1, false, ['passed', 'passed', 'failed']])
    expect(tests[2]?.differences.map(({ column }) => column)).toEqual(['wind_speed', 'wind_max_6h'])
    // The source of the labels is not read by the view.
    expect(data.relations.map(({ name, readers }) => [name, readers])).toEqual([
      ['weather_hourly', ['FeatureView/airport_weather', 'Model/flight-delay']],
      ['airport_weather', ['Model/flight-delay']],
    ])
  })

  it('tests a commit, with the rows of the commit', async () => {
    createRepository(folder)
    correct()
    const commit = commitFiles(folder, {})
    writeFiles(folder, { 'features.yaml': manifests, 'data/weather_hourly.csv': 'nothing\n' })
    const line = 'features test --data --as-of 2013-01-01T09:00:00Z'
    expect((await run(line)).code).toBe(1)
    expect(await run(`${line} --ref ${commit}`)).toMatchObject({ code: 0, errors: '' })
  })

  it.each([
    ['features test airport_wether', 'expected a feature view, found airport_wether', 'did you mean airport_weather?'],
    [
      'features test --as-of 2013-01-01',
      '--as-of is the data clock of --data: expected both',
      'times of unit tests are in their rows',
    ],
    ['features test --data --as-of tomorrow', '--as-of: expected a day or a time', 'for example'],
  ])('%s is wrong use', async (line, message, hint) => {
    const { code, errors } = await run(line)
    expect(code).toBe(2)
    expect(errors).toContain(message)
    expect(errors).toContain(hint)
  })

  it('says what is wrong with the manifests first', async () => {
    writeFileSync(
      join(folder, 'features.yaml'),
      manifests.replace('recorded_at: 2013-01-01T06:51:00Z', 'recorded_at: 2013-01-01T06:51:00'),
    )
    const { code, errors } = await run('features test')
    expect(code).toBe(1)
    expect(errors).toMatch(/features\.yaml:\d+:\d+ unit-test-row .*recorded_at/)
  })
})
