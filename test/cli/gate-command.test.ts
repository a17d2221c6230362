/** mainward gate on real folders and commits: the table, the exit code, and what a change loosens. */
import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CommitParts, evidenceOf, judgedFiles, waiverText } from '../gates/support/judged-commit.ts'
import { commitFiles, createRepository, removeFolder, writeFiles } from '../support/git-repositories.ts'
import { runCommand } from '../support/run-command.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mainward-gate-'))
})

afterEach(() => removeFolder(folder))

const bytes = new Uint8Array(128_233)

/** With model files of the size and digest that the versions name. */
function filesOf(parts: CommitParts): Readonly<Record<string, string | Uint8Array>> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const texts = Object.entries(judgedFiles(parts)).map(([path, text]) => [
    path,
    text.replace(/sha256: [0-9a-f]{64}/, `sha256: ${sha256}`),
  ])
  const models = [2, 3].map((version) => [`models/flight-delay/versions/${version}.onnx`, bytes])
  return Object.fromEntries([...texts, ...models]) as Readonly<Record<string, string | Uint8Array>>
}

const evidence = evidenceOf([
  { estimate: 0.6616, low: 0.6311, high: 0.692 },
  { metric: 'log_loss', of: 'difference-to-production', estimate: 0.0279, low: 0.00497, high: 0.0489, clusters: 14 },
  { metric: 'log_loss', of: 'candidate', estimate: 0.4512, low: 0.42, high: 0.48 },
])

const rules = [
  '{ metric: roc_auc, atLeast: 0.6 }',
  '{ metric: log_loss, noWorseThan: production, margin: 0.01 }',
  '{ metric: log_loss, atMost: 0.45, severity: warn }',
  '{ tests: all }',
]

describe('mainward gate', () => {
  it('shows each rule with its bound, value, interval and verdict, and fails', async () => {
    writeFiles(folder, filesOf({ rules, evidence }))
    const { code, output } = await runCommand(folder, ['gate', 'flight-delay', '3'])
    expect(code).toBe(1)
    expect(output).toBe(`flight-delay version 3, by the rules of working tree ${folder}

Gate quality: failed
  RULE                               BOUND                                           VALUE                          VERDICT
  roc_auc at least                   roc_auc >= 0.6                                  0.6616 (0.6311 to 0.692)       passed
  log_loss no worse than production  log_loss no worse than production, margin 0.01  +0.0279 (+0.00497 to +0.0489)  failed
  log_loss at most                   log_loss <= 0.45                                0.4512 (0.42 to 0.48)          inconclusive, a warning
  tests                              behaviour tests: all                                                           passed
  log_loss no worse than production: log_loss is +0.0279 (+0.00497 to +0.0489) against production: worse is proven, and the estimate is beyond no worse than production, margin 0.01
  log_loss at most: log_loss is 0.4512 (0.42 to 0.48): the interval does not decide <= 0.45; about 676000 rows would (there are 1000)

failed: it may not be merged or rolled out
`)
  })

  it('lets pass what a waiver lets go on, and says by whom', async () => {
    writeFiles(
      folder,
      filesOf({ rules, evidence, waiver: waiverText('2999-03-01', ', rule: log_loss no worse than production') }),
    )
    const { code, output } = await runCommand(folder, ['gate', 'flight-delay', '3'])
    expect(code).toBe(0)
    expect(output).toContain('+0.0279 (+0.00497 to +0.0489)  failed, waived\n')
    expect(output).toContain(
      '  waived by until-summer until 2999-03-01T00:00:00Z: Rows come with the summer. (acme/model-risk)\n',
    )
    expect(output).toContain('\nfailed: it may go on\n')
  })

  it('gives a program the same as a value', async () => {
    writeFiles(folder, filesOf({ rules, evidence }))
    const { code, output } = await runCommand(folder, ['gate', 'flight-delay', '3', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(output)).toMatchObject({
      model: 'flight-delay',
      version: 3,
      hasEvidence: true,
      problem: null,
      loosening: null,
      verdict: {
        verdict: 'failed',
        blocks: true,
        gates: [{ rules: [{ rule: 'roc_auc at least', verdict: 'passed' }, {}, {}, {}] }],
      },
    })
  })

  it('says plainly that nothing was measured', async () => {
    writeFiles(folder, filesOf({ rules }))
    const imported = await runCommand(folder, ['gate', 'flight-delay', '2'])
    expect(imported.code).toBe(1)
    expect(imported.output).toContain('version 2 is imported and has no evidence: nothing was measured of it\n')
    expect(imported.output).toContain('inconclusive: it may not be merged or rolled out\n')
    writeFiles(folder, filesOf({}))
    const bare = await runCommand(folder, ['gate', 'flight-delay', '2'])
    expect([bare.code, bare.output.split('\n')[2]]).toEqual([0, 'flight-delay names no gates: nothing stands in its way'])
  })

  it('does not believe evidence that was changed', async () => {
    const changed = { ...evidence, evaluation: { ...evidence.evaluation, rows: 5000 } }
    writeFiles(folder, filesOf({ rules: ['{ metric: roc_auc, atLeast: 0.6 }'], evidence: changed }))
    const { code, output } = await runCommand(folder, ['gate', 'flight-delay', '3'])
    expect(code).toBe(1)
    expect(output).toContain('its evidence was changed after it was made: expected the digest sha256:')
  })

  it('judges by the base when a change loosens its rules, and names the versions that this would let pass', async () => {
    createRepository(folder)
    const before = commitFiles(folder, filesOf({ rules: ['{ metric: roc_auc, atLeast: 0.7 }'], evidence }))
    writeFiles(folder, filesOf({ rules: ['{ metric: roc_auc, atLeast: 0.6 }'], evidence }))
    expect((await runCommand(folder, ['gate', 'flight-delay', '3'])).code).toBe(0)
    const { code, output } = await runCommand(folder, ['gate', 'flight-delay', '3', '--base', 'main'])
    expect(code).toBe(1)
    expect(output).toContain(`by the rules of main (commit ${before.slice(0, 12)})`)
    expect(output).toContain(`
this change loosens rules: those of its base judge
  loosened  Gate quality, roc_auc at least: roc_auc >= 0.6, was roc_auc >= 0.7
  flight-delay version 3 would be passed, was failed
`)
  })

  it.each([
    [['flight-dely', '3'], 'no model flight-dely', 'flight-delay'],
    [['flight-delay', '9'], 'flight-delay has no version 9', 'there are 2, 3'],
    [['flight-delay', 'x'], 'flight-delay has no version x', 'there are 2, 3'],
  ])('says what is wrong with %j', async (words, message, hint) => {
    writeFiles(folder, filesOf({}))
    const { code, errors } = await runCommand(folder, ['gate', ...words])
    expect(code).toBe(2)
    expect(errors).toContain(message)
    expect(errors).toContain(hint)
  })
})
