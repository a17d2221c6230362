/** Which files of a repository are read. */
import { describe, expect, it } from 'vitest'
import { projectOf, selectManifestPaths } from '../../reconciler/manifests/select-files.ts'
import { projectExample } from '../../reconciler/manifests/rules/examples.ts'
import { parse } from './commit-of.ts'

const paths = [
  'mainward.yaml',
  'README.md',
  'a.yaml',
  'b.yml',
  'b.yaml.txt',
  'models/flight-delay/model.yaml',
  'models/flight-delay/versions/1.yaml',
  'models/loan.yml',
  'models.yaml',
  'rollouts/a.yaml',
  '.github/workflows/ci.yaml',
  'models/.hidden.yaml',
  'models/.git/x.yaml',
  'mo.els/x.yaml',
  'rollouts/[a].yaml',
]
const all = paths.filter((path) => /\.ya?ml$/.test(path) && !path.split('/').some((step) => step.startsWith('.'))).sort()

describe('the files that are read', () => {
  it.each<[string[], string[]]>([
    [['**'], all],
    [['**/*'], all],
    [['models/**'], all.filter((path) => path.startsWith('models/'))],
    [['models/'], all.filter((path) => path.startsWith('models/'))],
    [['./models/**'], all.filter((path) => path.startsWith('models/'))],
    [['/models/**'], all.filter((path) => path.startsWith('models/'))],
    [['models/*'], ['models/loan.yml']],
    [['*'], ['a.yaml', 'b.yml', 'models.yaml']],
    [['?.yaml'], ['a.yaml']],
    [['**/*.yml'], ['b.yml', 'models/loan.yml']],
    [['models/*/versions/*.yaml'], ['models/flight-delay/versions/1.yaml']],
    [['models/**/versions/**'], ['models/flight-delay/versions/1.yaml']],
    [['**/model.yaml'], ['models/flight-delay/model.yaml']],
    [['rollouts/[a].yaml'], ['rollouts/[a].yaml']],
    [['mo.els/**'], ['mo.els/x.yaml']],
    [
      ['rollouts/**', 'a.yaml', 'rollouts/a.yaml'],
      ['a.yaml', 'rollouts/[a].yaml', 'rollouts/a.yaml'],
    ],
    [['none/**'], []],
    [['README.md'], []],
    [['.github/**'], ['.github/workflows/ci.yaml']],
  ])('by %j', (include, expected) => {
    const found = selectManifestPaths(paths, { include })
    expect(found).toEqual([...new Set([...expected, 'mainward.yaml'])].sort())
  })

  it('are all without a Project', () => expect(selectManifestPaths(paths, null)).toEqual(all))

  it('are those of the Project in mainward.yaml, also behind another document', () => {
    expect(projectOf(parse(projectExample))?.include).toEqual(['models/**', 'rollouts/**'])
    expect(projectOf(parse(`x: 1\n---\n${projectExample}`))?.include).toEqual(['models/**', 'rollouts/**'])
    expect(projectOf(parse(projectExample.replace('include:', 'inclde:')))?.include).toEqual(['**'])
    expect(projectOf(parse(projectExample.replace('kind: Project', 'kind: Projekt')))).toBeNull()
  })

  it('are found in time, whatever the glob', () => {
    const started = performance.now()
    selectManifestPaths([`${'a/'.repeat(300)}b.yaml`, `${'a'.repeat(3000)}.yaml`], {
      include: [`${'**/'.repeat(12)}x`, `${'*a'.repeat(12)}x`],
    })
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
