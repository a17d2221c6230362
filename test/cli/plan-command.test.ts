/** mainward plan on the real example, through the command line. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readManifests } from '../../reconciler/cli/manifests/read-manifests.ts'
import { digestFeatures } from '../../reconciler/manifests/features/feature-digests.ts'
import { trainingExample } from '../../reconciler/manifests/rules/examples.ts'
import type { PlanReport } from '../../reconciler/reconcile/plan-report.ts'
import { assumeApplied } from '../../reconciler/reconcile/assume-applied.ts'
import { assembleSide } from '../../reconciler/cli/plan/desired-side.ts'
import { type ControlServer, startControlServer, writeControlFile } from '../support/control-server.ts'
import { createExampleRepository, editFile } from '../support/example-repository.ts'
import { exampleFile } from '../support/plain-example.ts'
import { commitFiles, createRepository, projectManifest, removeFolder } from '../support/git-repositories.ts'
import { runCommand } from '../support/run-command.ts'

const rollout = 'rollouts/flight-delay.yaml'
const bytesOfTwo = statSync(exampleFile('models/flight-delay/versions/2.onnx')).size.toLocaleString('en-US')
let folder: string
let commit: string

beforeEach(() => {
  ;({ folder, commit } = createExampleRepository())
})

afterEach(() => removeFolder(folder))

async function planJson(...argv: readonly string[]): Promise<PlanReport> {
  return JSON.parse((await runCommand(folder, ['plan', '--format', 'json', ...argv])).output) as PlanReport
}

/** The same change, beside a reconciler whose store has rows of the definition before. */
async function expectCounted(repository: string): Promise<void> {
  const { desired, resources, side } = await assembleSide(await readManifests(repository, 'HEAD'), 'production')
  const digest = digestFeatures(resources).views.get('airport_weather') ?? ''
  if (desired === null) throw new Error('the commit is valid')
  const observed = { ...assumeApplied(desired, 0), filledViews: [digest] }
  const answer = { environment: 'production', commit: side.commit, observed }
  for (const [told, sentence] of [
    [{ onlineRows: { [digest]: 1234 } }, '1,234 rows are computed anew, 1,234 rows that nothing reads any more are removed\n'],
    [{}, 'are removed (the running reconciler does not say how many there are)\n'],
  ] as const) {
    const server = await startControlServer({ '/api/v1/observed': { ...answer, ...told } })
    const { output } = await runCommand(repository, ['plan', '--server', server.url]).finally(() => server.stop())
    expect(output).toContain(sentence)
  }
}

describe('against a commit', () => {
  it('says that nothing changes', async () => {
    expect(await runCommand(folder, ['plan'])).toEqual({
      code: 0,
      output: `plan for production: working tree ${folder}, against HEAD (commit ${commit.slice(0, 12)})\nno changes\n`,
      errors: '',
    })
  })

  it('shows a new version with its steps and the units that move', async () => {
    editFile(folder, rollout, 'version: 1', 'version: 2')
    const { code, output } = await runCommand(folder, ['plan'])
    expect(code).toBe(0)
    expect(output.split('\n').slice(1).join('\n')).toBe(
      `
ROLLOUT       FROM  TO  UNITS  STEPS                             PLAN
flight-delay  v1    v2  100 %  5 % for 20s, 25 % for 20s, 100 %  Started

flight-delay: Started, version 2 is loading
  models/flight-delay/versions/2.onnx (${bytesOfTwo} bytes) is copied into the artifact store
  no unit moves
  once loaded: units move from version 1 to version 2 in steps: 5 % for 20s, 25 % for 20s, 100 %
`,
    )
  })

  it('is the same bytes every time, in every format', async () => {
    editFile(folder, rollout, 'version: 1', 'version: 2')
    for (const format of ['text', 'json', 'markdown']) {
      const once = await runCommand(folder, ['plan', '--format', format])
      expect(await runCommand(folder, ['plan', '--format', format])).toEqual(once)
    }
  })

  it('writes a table and a list for a pull request', async () => {
    editFile(folder, rollout, 'version: 1', 'version: 2')
    const head = commitFiles(folder, {}, 'Two').slice(0, 12)
    const { output } = await runCommand(folder, ['plan', '--ref', 'HEAD', '--against', 'HEAD~1', '--format', 'markdown'])
    expect(output).toBe(
      `### Mainward plan for production

HEAD (commit ${head}), against HEAD\\~1 (commit ${commit.slice(0, 12)})

| Rollout | From | To | Units | Steps | Plan |
| --- | --- | --- | --- | --- | --- |
| flight-delay | v1 | v2 | 100 % | 5 % for 20s, 25 % for 20s, 100 % | Started |

**flight-delay**: Started, version 2 is loading
- models/flight-delay/versions/2.onnx (${bytesOfTwo} bytes) is copied into the artifact store
- no unit moves
- once loaded: units move from version 1 to version 2 in steps: 5 % for 20s, 25 % for 20s, 100 %
`,
    )
  })

  it('shows a split with the share of the units that it moves', async () => {
    writeFileSync(
      join(folder, rollout),
      `apiVersion: mainward.dev/v1alpha1
kind: Rollout
metadata:
  name: flight-delay
spec:
  split:
    seed: one
    coverage: 50
    variants:
      - { name: control, version: 1, weight: 60 }
      - { name: treatment, version: 2, weight: 40 }
`,
    )
    const { rollouts } = await planJson()
    expect(rollouts).toMatchObject([{ from: 'v1', to: 'control v1 60 %, treatment v2 40 %', movedPercent: 20, steps: [] }])
  })

  it('says whose training inputs become stale', async () => {
    const files = {
      'features/weather.yaml': trainingExample.slice(
        0,
        trainingExample.indexOf('apiVersion: mainward.dev/v1alpha1\nkind: ModelVersion'),
      ),
    }
    const repository = createRepository()
    try {
      commitFiles(repository, { 'mainward.yaml': projectManifest, ...files }, 'One')
      const path = join(repository, 'features/weather.yaml')
      const change = (from: string, to: string): void => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
      change('ttl: 3h', 'ttl: 4h')
      expect((await runCommand(repository, ['plan'])).output).toContain(
        'no changes of what is served\n\nfeatures\n' +
          '  FeatureView/airport_weather changes: training inputs of Model/flight-delay become stale, ' +
          'online rows of FeatureView/airport_weather are computed anew\n\nonline rows\n' +
          '  FeatureView/airport_weather: an unknown number of rows are computed anew, an unknown number of rows that nothing reads ' +
          'any more are removed (planned against a commit, which has no rows: a running reconciler counts them)\n',
      )
      await expectCounted(repository)
      commitFiles(repository, {}, 'Two')
      change('description: FAA code', 'description: The code of the FAA')
      expect((await runCommand(repository, ['plan'])).output).toContain('no changes\n')
      change('createdTime: recorded_at', 'createdTime: observed_at2')
      expect((await runCommand(repository, ['plan'])).output).toContain('nothing is planned: 1 error')
    } finally {
      removeFolder(repository)
    }
  })

  it('shows removals after everything else, and refuses to remove all', async () => {
    rmSync(join(folder, 'rollouts/loan-approval.yaml'))
    editFile(folder, rollout, 'version: 1', 'version: 3')
    const { rollouts, changes } = await planJson()
    expect(changes).toBe(true)
    expect(rollouts.map(({ rollout: name, type, from, to }) => [name, type, from, to])).toEqual([
      ['flight-delay', 'transition', 'v1', 'v3'],
      ['loan-approval', 'remove', 'v1', null],
    ])
    rmSync(join(folder, rollout))
    const { code, output } = await runCommand(folder, ['plan'])
    expect(code).toBe(1)
    expect(output).toContain('all rollouts: refused (EmptySetRefused)')
    expect(output).toContain('no changes')
  })

  it('plans nothing for a version that is not there yet, and does not call its rollout gone', async () => {
    editFile(folder, rollout, 'version: 1', 'version: 9')
    rmSync(join(folder, 'rollouts/loan-approval.yaml'))
    const { code, output } = await runCommand(folder, ['plan'])
    expect(code).toBe(0)
    expect(output).toContain('version-pending (warning)')
    expect(output).toContain('flight-delay: version 9 of flight-delay is not there yet: nothing can be planned for it')
    expect(output).not.toContain('refused')
    const { rollouts } = await planJson()
    expect(rollouts.map(({ rollout: name, type }) => [name, type])).toEqual([
      ['loan-approval', 'remove'],
      ['flight-delay', 'pending'],
    ])
  })

  it('waits for a fallback version that is not there yet, too', async () => {
    const text = readFileSync(join(folder, rollout), 'utf8').replace(/fallback: .*/, 'fallback: { version: 9 }')
    writeFileSync(join(folder, rollout), text)
    const { output } = await runCommand(folder, ['plan'])
    expect(output).toContain('flight-delay: version 9 of flight-delay is not there yet')
  })

  it('says what another fallback means, which moves no unit', async () => {
    const text = readFileSync(join(folder, rollout), 'utf8').replace(/fallback: .*/, 'fallback: { version: 2 }')
    writeFileSync(join(folder, rollout), text)
    const { rollouts } = await planJson()
    expect(rollouts).toMatchObject([
      {
        rollout: 'flight-delay',
        event: 'SettingsChanged',
        from: 'v1',
        to: 'v1',
        movedPercent: 0,
        message: 'fallback version 2, before the constant 0.2539',
        effects: [
          'no unit moves',
          'a request whose run fails or takes too long is answered by version 2, no longer by the constant 0.2539',
        ],
        artifacts: [{ path: 'models/flight-delay/versions/2.onnx' }],
      },
    ])
  })

  it('prints findings in place of a plan when there are errors, and ends with 1', async () => {
    editFile(folder, rollout, 'weight: 25', 'weight: 2')
    const { code, output } = await runCommand(folder, ['plan'])
    expect(code).toBe(1)
    expect(output).toMatch(/^rollouts\/flight-delay\.yaml:14:\d+ steps-order {2}/m)
    expect(output).toMatch(/nothing is planned: 1 error, 0 warnings\n$/)
    const markdown = await runCommand(folder, ['plan', '--format', 'markdown'])
    expect(markdown.output).toMatch(/\*\*1 error, 0 warnings\*\*\n\n- rollouts\/flight-delay\.yaml:14/)
    expect(await planJson()).toMatchObject({ valid: false, changes: false, rollouts: [] })
  })

  it('takes the newest valid commit, as the reconciler does, when the ref has errors', async () => {
    editFile(folder, rollout, 'weight: 25', 'weight: 2')
    commitFiles(folder, {}, 'Broken')
    editFile(folder, rollout, 'weight: 2,', 'weight: 30,')
    const { against, rollouts } = await planJson()
    expect(against).toEqual({
      origin: `commit ${commit.slice(0, 12)}, the newest valid one: HEAD has errors`,
      commit,
    })
    expect(rollouts).toMatchObject([{ event: 'Respecified', movedPercent: 0 }])
  })

  it('starts from nothing before the first commit', async () => {
    const empty = createRepository()
    writeFileSync(join(empty, 'mainward.yaml'), projectManifest)
    const { code, output } = await runCommand(empty, ['plan'])
    removeFolder(empty)
    expect([code, output]).toEqual([
      0,
      `plan for production: working tree ${empty}, against nothing (there is no commit yet)\nno changes\n`,
    ])
  })

  it('plans a folder of the repository, and only its environment', async () => {
    const nested = createExampleRepository('services/ml')
    const inner = join(nested.folder, 'services/ml')
    editFile(inner, rollout, 'version: 1', 'version: 2')
    const here = await runCommand(inner, ['plan', '--format', 'json'])
    const there = await runCommand(nested.folder, ['plan', '--path', 'services/ml', '--format', 'json'])
    const staging = await runCommand(inner, ['plan', '--environment', 'staging'])
    removeFolder(nested.folder)
    expect(there.output).toBe(here.output)
    expect((JSON.parse(here.output) as PlanReport).rollouts).toHaveLength(1)
    expect(staging.output).toContain('no changes')
  })
})

describe('against a running reconciler', () => {
  let server: ControlServer

  beforeEach(async () => {
    const { desired } = await assembleSide(await readManifests(folder, 'HEAD'), 'production')
    if (desired === null) throw new Error('the example is valid')
    const observed = assumeApplied(desired, 0)
    server = await startControlServer({ '/api/v1/observed': { environment: 'production', commit, observed, onlineRows: {} } })
  })

  afterEach(() => server.stop())

  it('is asked when it is near', async () => {
    writeControlFile(folder, server.url)
    editFile(folder, rollout, 'version: 1', 'version: 2')
    const { against, rollouts } = await planJson()
    expect(against).toEqual({ origin: `the running reconciler (commit ${commit.slice(0, 12)})`, commit })
    expect(rollouts).toMatchObject([{ rollout: 'flight-delay', from: 'v1', to: 'v2' }])
  })

  it('is asked when it is named, for a commit too', async () => {
    expect(await planJson('--server', server.url, '--ref', 'main')).toMatchObject({ changes: false, desired: { commit } })
    expect(server.asked).toEqual(['/api/v1/observed'])
  })

  it('is passed over, with a word, when it does not answer', async () => {
    writeControlFile(folder, 'http://127.0.0.1:1')
    const { code, output, errors } = await runCommand(folder, ['plan'])
    expect([code, output.includes('against HEAD')]).toEqual([0, true])
    expect(errors).toMatch(/^no reconciler answers at http:\/\/127\.0\.0\.1:1: .*: planning against a commit\n$/)
  })

  it.each([
    [['--environment', 'staging'], 2, 'expected a reconciler of staging, found one of production'],
    [['--against', 'main'], 2, '--against is a commit'],
  ])('is used wrongly by %j', async (more, code, message) => {
    const found = await runCommand(folder, ['plan', '--server', server.url, ...more])
    expect([found.code, found.errors]).toEqual([code, expect.stringContaining(message)])
  })

  it('must answer when it was named', async () => {
    const found = await runCommand(folder, ['plan', '--server', 'http://127.0.0.1:1'])
    expect([found.code, found.errors]).toEqual([1, expect.stringContaining('no reconciler answers')])
  })
})
