/**
 * The pages for newcomers print what the commands print: both run in the repository that the page on Feast moves. The training set of that
 * page is compared with the table that it shows, which was made by hand.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { openEngine } from '../../../reconciler/features/engine/open-engine.ts'
import { commitFiles, createRepository, removeFolder, writeFiles } from '../../support/git-repositories.ts'
import { runCommand } from '../../support/run-command.ts'

const readPage = (name: string): string => readFileSync(join(packageRoot, 'docs/features', name), 'utf8')
const feast = readPage('from-feast.md')
const howTo = readPage('how-to.md')

const manifests = [...feast.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text).join('---\n')
const data = Object.fromEntries(
  [...feast.matchAll(/^```csv (\S+)\n([^]*?)^```$/gm)].map(([, path = '', text = '']) => [path, text]),
)
const commandsOf = (page: string) =>
  [...page.matchAll(/^```\n\$ mainward (.*)\n([^]*?)^```$/gm)].map(([, line = '', text = '']) => [line, text] as const)

let folder: string

beforeAll(() => {
  folder = createRepository()
  const project = 'apiVersion: mainward.dev/v1alpha1\nkind: Project\nmetadata: { name: couriers }\nspec: {}\n'
  commitFiles(folder, { 'mainward.yaml': project, 'features.yaml': manifests, ...data }, 'Move the couriers here')
})

afterAll(() => removeFolder(folder))

/** Only a plan is of something that is not committed. */
async function runLine(line: string) {
  if (line !== 'plan') return runCommand(folder, line.split(' '))
  writeFiles(folder, { 'features.yaml': manifests.replace('ttl: 1d', 'ttl: 2d') })
  try {
    return await runCommand(folder, [line])
  } finally {
    writeFiles(folder, { 'features.yaml': manifests })
  }
}

function withoutPlaces(text: string): string {
  return text.replace(/commit [0-9a-f]{12}/g, 'commit ID').replace(/working tree \S+,/, 'working tree HERE,')
}

describe.each([
  ['from-feast.md', commandsOf(feast), 4],
  ['how-to.md', commandsOf(howTo), 10],
] as const)('%s', (_, commands, count) => {
  it('shows commands', () => expect(commands).toHaveLength(count))

  it.each(commands)('mainward %s', async (line, text) => {
    const { code, output } = await runLine(line)
    expect(withoutPlaces(output)).toBe(withoutPlaces(text))
    expect(code).toBe(0)
  })
})

it('the training set has the values that the page says', async () => {
  const said = [...feast.matchAll(/^\| \d+, \d March \d\d:\d\d \| (\S+) \| (\S+) \| (\S+) \|/gm)].map(([, ...cells]) =>
    cells.map((cell) => (cell === 'null' ? null : Number(cell))),
  )
  expect(said).toHaveLength(6)
  await runCommand(folder, ['dataset', 'late-delivery', '--out', 'train', '--as-of', '2026-03-04'])
  const engine = await openEngine({ spillFolder: join(folder, '.spill') })
  try {
    const rows = await engine.query(
      `select trips::double as a, rating as b, trips_6h::double as c from '${join(folder, 'train/train.parquet')}'`,
    )
    expect(rows.map(({ a, b, c }) => [a, b, c])).toEqual(said)
  } finally {
    await engine.close()
    rmSync(join(folder, 'train'), { recursive: true })
  }
})
