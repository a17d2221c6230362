/** The page on the catalogue shows what the commands really print, but for ids, digests and days. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../reconciler/core/package-root.ts'
import { edit, weatherFiles } from '../../governance/support/weather-files.ts'
import { commitFiles, createRepository, removeFolder, runGit } from '../../support/git-repositories.ts'
import { runCommand } from '../../support/run-command.ts'

const page = readFileSync(join(packageRoot, 'docs/features/catalogue.md'), 'utf8')
const blocks = [...page.matchAll(/^```\n\$ mainward (.*)\n([^]*?)^```$/gm)].map(
  ([, line = '', text = '']) => [line, text] as const,
)
const view = 'features/airport_weather.yaml'
let folder: string

beforeAll(() => {
  folder = createRepository()
  commitFiles(folder, weatherFiles, 'Start')
  runGit(folder, 'tag', 'v1')
  let files = weatherFiles
  for (const [subject, before, after] of [
    ['Keep weather for four hours', 'ttl: 3h', 'ttl: 4h'],
    ['Say what is read', 'FROM {{ source }}', 'FROM {{ source }} -- all of it'],
    ['Expect a little less', 'mostly: 0.999', 'mostly: 0.99'],
  ] as const) {
    files = edit(files, view, before, after)
    commitFiles(folder, files, subject)
  }
})

afterAll(() => removeFolder(folder))

/** Digests of definitions stay: they are the same everywhere. */
function withoutIds(text: string): string {
  return text.replace(/^[0-9a-f]{12} {2}\d{4}-\d{2}-\d{2}/gm, 'COMMIT  DAY').replace(/commit [0-9a-f]{12}/g, 'commit ID')
}

describe('the page on the catalogue', () => {
  it('shows every command of it', () => {
    expect(
      new Set(
        blocks.map(([line]) =>
          line
            .split(' ')
            .slice(0, line.startsWith('features') ? 2 : 1)
            .join(' '),
        ),
      ),
    ).toEqual(new Set(['features list', 'features search', 'features show', 'features diff', 'lineage']))
  })

  it.each(blocks)('mainward %s', async (line, text) => {
    const { output, errors } = await runCommand(folder, line.split(' '))
    expect(withoutIds(output + errors)).toBe(withoutIds(text))
  })
})
