/** validate, show, graph and fmt on real folders, through the command line. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../../reconciler/cli/commands.ts'
import { runCli } from '../../reconciler/cli/run-cli.ts'
import { createTestContext } from '../support/cli-context.ts'
import { exampleManifests, writeExampleManifests } from '../support/example-manifests.ts'

async function run(folder: string, argv: readonly string[], input = '') {
  const context = createTestContext({ folder, input })
  const code = await runCli({ context, commands, argv, version: '0' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}

const rollout = exampleManifests['rollouts/flight-delay.yaml'] ?? ''
const broken = { 'rollouts/flight-delay.yaml': rollout.replace('weight: 100', 'weight: 95').replace('version: 1', 'version: 7') }

describe('mainward validate', () => {
  it('finds nothing in a right repository', async () => {
    const folder = writeExampleManifests()
    expect(await run(folder, ['validate'])).toEqual({
      code: 0,
      output: '',
      errors: `working tree ${folder}, 5 manifests: 0 errors, 0 warnings\n`,
    })
  })

  it('prints findings as a compiler does, and ends with 1', async () => {
    const { code, output, errors } = await run(writeExampleManifests(broken), ['validate', '--reconciled'])
    expect(code).toBe(1)
    expect(output).toMatch(/^rollouts\/flight-delay\.yaml:8:14 version-pending {2}/m)
    expect(output).toMatch(/^rollouts\/flight-delay\.yaml:11:\d+ steps-order {2}/m)
    expect(errors).toMatch(/: 2 errors, 0 warnings\n$/)
  })

  it('lets a proposed commit name a version that is not there yet', async () => {
    const folder = writeExampleManifests({ 'rollouts/flight-delay.yaml': rollout.replace('version: 1', 'version: 7') })
    const { code, output } = await run(folder, ['validate'])
    expect([code, /version-pending/.test(output)]).toEqual([0, true])
  })

  it('writes JSON for programs', async () => {
    const { code, output, errors } = await run(writeExampleManifests(broken), ['validate', '--format', 'json'])
    const document = JSON.parse(output) as { valid: boolean; checked: string; findings: { rule: string }[] }
    expect([code, errors, document.valid, document.checked]).toEqual([1, '', false, 'repository'])
    expect(document.findings.map(({ rule }) => rule)).toContain('steps-order')
  })

  it('writes annotations for GitHub', async () => {
    const { output } = await run(writeExampleManifests(broken), ['validate', '--format', 'github'])
    expect(output).toMatch(/^::error file=rollouts\/flight-delay\.yaml,line=11,col=\d+,title=steps-order::/m)
  })

  it('takes another folder as path, relative to here', async () => {
    const folder = writeExampleManifests(broken)
    expect((await run(join(folder, 'rollouts'), ['validate', '..'])).code).toBe(1)
  })

  it('shows of a folder inside the repository what is found there', async () => {
    const folder = writeExampleManifests(broken)
    const { code, output } = await run(folder, ['validate', 'rollouts', '--reconciled'])
    expect(code).toBe(1)
    expect(output.match(/^\S+ [a-z-]+/gm)).toEqual([
      expect.stringMatching(/^rollouts\/flight-delay\.yaml:8:14 version-pending/),
      expect.stringMatching(/^rollouts\/flight-delay\.yaml:11:\d+ steps-order/),
    ])
    expect(await run(folder, ['validate', 'models'])).toMatchObject({ code: 0, output: '' })
    expect((await run(join(folder, 'rollouts'), ['validate'])).output).toMatch(/^flight-delay\.yaml:11:/m)
  })

  it('checks one file against its schema only, and says so', async () => {
    const folder = writeExampleManifests({ 'rollouts/flight-delay.yaml': rollout.replace('unit:', 'unt:') })
    const { code, output, errors } = await run(folder, ['validate', 'rollouts/flight-delay.yaml'])
    expect(code).toBe(1)
    expect(output).toMatch(/^rollouts\/flight-delay\.yaml:6:3 unknown-field /)
    expect(errors).toContain('against its schema only')
  })

  it('checks standard input', async () => {
    const folder = writeExampleManifests()
    const pending = rollout.replace('version: 1', 'version: 99')
    expect(await run(folder, ['validate', '-'], pending)).toMatchObject({ code: 0, output: '' })
    expect(await run(folder, ['validate', '-'], pending.replace('weight: 5', 'weight: 500'))).toMatchObject({ code: 1 })
  })

  it.each([
    [['validate', 'nowhere'], 'no file or folder nowhere\n'],
    [['validate', '-', '--ref', 'main'], '--ref needs a repository'],
    [['validate', '--format', 'xml'], 'Allowed choices are text, json, github'],
  ])('is used wrongly by %j', async (argv, message) => {
    const { code, errors } = await run(writeExampleManifests(), argv)
    expect([code, errors.includes(message)]).toEqual([2, true])
  })
})

describe('mainward show', () => {
  it('prints the manifest with its defaults marked', async () => {
    const { code, output } = await run(writeExampleManifests(), ['show', 'Rollout/flight-delay'])
    expect(code).toBe(0)
    expect(output).toMatch(/^# rollouts\/flight-delay\.yaml:1\napiVersion: /)
    expect(output).toMatch(/^ {2}environment: production # default$/m)
    expect(output).toMatch(/^ {2}unit: distance$/m)
    expect(output).toMatch(/^ {2}suspend: false # default$/m)
  })

  it('gives programs the value and the origin of each part', async () => {
    const { output } = await run(writeExampleManifests(), ['show', 'rollout/flight-delay', '--json'])
    const { id, origins } = JSON.parse(output) as { id: string; origins: Record<string, string> }
    expect([id, origins['/spec/suspend'], origins['/spec/unit']]).toEqual([
      'Rollout/flight-delay@production',
      'default',
      'written',
    ])
  })

  it('names the nearest resource when there is none', async () => {
    expect(await run(writeExampleManifests(), ['show', 'Model/flight-dely'])).toEqual({
      code: 2,
      output: '',
      errors: 'error: no resource Model/flight-dely\nhint: did you mean Model/flight-delay?\n',
    })
  })
})

describe('mainward graph', () => {
  it('prints what a resource needs and what needs it', async () => {
    const { output } = await run(writeExampleManifests(), ['graph', 'ModelVersion/flight-delay-1'])
    expect(output).toBe(
      [
        'ModelVersion/flight-delay-1  models/flight-delay/versions/1.yaml:1',
        '  needs',
        '    Model/flight-delay  models/flight-delay/model.yaml:2',
        '  is needed by',
        '    Rollout/flight-delay@production  rollouts/flight-delay.yaml:1',
        '',
      ].join('\n'),
    )
  })

  it('draws a picture with only what touches the resource', async () => {
    const { output } = await run(writeExampleManifests(), ['graph', 'ModelVersion/flight-delay-2', '--format', 'mermaid'])
    expect(output).toBe('flowchart LR\n  n0["Model/flight-delay"]\n  n1["ModelVersion/flight-delay-2"]\n  n1 --> n0\n')
  })

  it('gives programs the whole graph', async () => {
    const { output } = await run(writeExampleManifests(), ['graph', '--format', 'json'])
    const { nodes } = JSON.parse(output) as { nodes: { id: string }[] }
    expect(nodes.map(({ id }) => id)).toContain('Project/flights')
    expect(nodes).toHaveLength(5)
  })
})

describe('mainward fmt', () => {
  const flow = rollout.replace(/steps:\n.*\n.*\n/, 'steps: [{ weight: 5, hold: 20s }, { weight: 100 }] # careful\n')

  it('says what it would change with --check, and changes nothing', async () => {
    const folder = writeExampleManifests({ 'rollouts/flight-delay.yaml': flow })
    const { code, output } = await run(folder, ['fmt', '--check'])
    expect([code, output]).toEqual([1, 'rollouts/flight-delay.yaml\n'])
    expect(readFileSync(join(folder, 'rollouts/flight-delay.yaml'), 'utf8')).toBe(flow)
  })

  it('writes one item a line and keeps comments; a second time there is nothing to do', async () => {
    const folder = writeExampleManifests({ 'rollouts/flight-delay.yaml': flow })
    expect((await run(folder, ['fmt'])).code).toBe(0)
    const formatted = readFileSync(join(folder, 'rollouts/flight-delay.yaml'), 'utf8')
    expect(formatted).toMatch(/- \{ weight: 5, hold: 20s \}\n\s+- \{ weight: 100 \}/)
    expect(formatted).toContain('# careful')
    expect(await run(folder, ['fmt', '--check'])).toMatchObject({ code: 0, output: '' })
  })

  it('leaves files alone that are not ours or not UTF-8', async () => {
    const folder = writeExampleManifests()
    const latin = Buffer.concat([Buffer.from('apiVersion: mainward.dev/v1alpha1\nkind: Model\n# '), Buffer.from([0xe9, 0x0a])])
    writeFileSync(join(folder, 'latin.yaml'), latin)
    await run(folder, ['fmt'])
    expect(readFileSync(join(folder, 'latin.yaml')).equals(latin)).toBe(true)
    expect(readFileSync(join(folder, 'other/ours-not.yaml'), 'utf8')).toBe(exampleManifests['other/ours-not.yaml'])
  })
})
