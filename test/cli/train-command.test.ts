/** `mainward train` on a real repository with real rows; the trainer is a shell script that hands out a model file. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Evidence } from '../../reconciler/core/evidence.ts'
import { digestEvidence } from '../../reconciler/core/evidence-digest.ts'
import { openEngine } from '../../reconciler/features/engine/open-engine.ts'
import { eventually } from '../support/eventually.ts'
import { commitFiles, runGit } from '../support/git-repositories.ts'
import { changedFiles, loanModel, makeLoanRepository, modelPath, rollout, rolloutPath, run, script, write } from './train/support/loan-repository.ts' // prettier-ignore
import type { LoanRepository } from './train/support/loan-repository.ts'

let made: LoanRepository
let folder: string

beforeEach(() => {
  made = makeLoanRepository()
  folder = made.folder
})

afterEach(() => made.remove())

function evidenceOf(version: number): Evidence {
  const text = readFileSync(join(folder, `models/loan-approval/versions/${version}.yaml`), 'utf8')
  return (parse(text) as { spec: { evidence: Evidence } }).spec.evidence
}

const change = (...changes: readonly (readonly [string | RegExp, string])[]): void => write(folder, modelPath, loanModel(changes))

/** Bytes that onnxruntime takes as the same model: a doc string (field 6 of ModelProto) more. */
function otherBytes(): Uint8Array {
  const bytes = readFileSync(join(folder, 'training/base.onnx'))
  return Buffer.concat([bytes, Buffer.from([0x32, 5]), Buffer.from('other')])
}

/** Of all processes of the machine but those that end meanwhile. */
function listCommandLines(): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')]
    } catch {
      return []
    }
  })
}

/** What is here is committed to `mine`; main gives the same number to another version meanwhile. Ends on `mine`. */
async function theirsTakesTheNumber(): Promise<void> {
  commitFiles(folder, {}, 'Mine')
  runGit(folder, 'checkout', '--quiet', 'main')
  write(folder, 'training/other.onnx', otherBytes())
  change(['say: base', 'say: other'])
  await run(folder, 'train')
  commitFiles(folder, {}, 'Theirs')
  runGit(folder, 'checkout', '--quiet', 'mine')
}

describe('a first training', () => {
  it('writes the version, its model file, its card and the line of the rollout', async () => {
    const { code, output, errors } = await run(folder, 'train')
    expect([code, errors]).toEqual([0, '| training says base\n'])
    expect(output).toContain('loan-approval: to train\n  no version was trained yet\n')
    expect(changedFiles(folder)).toEqual([
      `M ${rolloutPath}`,
      '?? cards/loan-approval/2.md',
      '?? models/loan-approval/versions/2.onnx',
      '?? models/loan-approval/versions/2.yaml',
    ])
    expect(readFileSync(join(folder, rolloutPath), 'utf8')).toBe(rollout.replace('version: 1 #', 'version: 2 #'))
    expect(await run(folder, 'validate')).toMatchObject({ code: 0 })
  })

  it('gives evidence of data, training, run and measurements', async () => {
    await run(folder, 'train')
    const evidence = evidenceOf(2)
    // Counted by DuckDB: rows of loans.parquet by synthetic_applied_at before and after 1990-08-08T12:00 and 1990-09-14.
    expect(evidence.dataset).toMatchObject({ rows: { train: 1194, validation: 199, test: 596 }, label: 'loans.approved' })
    expect(evidence.training).toMatchObject({ command: ['sh', 'training/train.sh'], parameters: { say: 'base' }, seed: 7, requirements: null }) // prettier-ignore
    expect(evidence.run).toMatchObject({ commit: runGit(folder, 'rev-parse', 'HEAD'), dirty: false })
    expect(evidence.digest).toBe(digestEvidence(evidence))
    expect(evidence.evaluation).toMatchObject({ part: 'test', rows: 596, production: { version: 1 } })
    const find = (metric: string, of: string) =>
      evidence.evaluation.measurements.find((each) => each.metric === metric && each.of === of && each.group === undefined)
    // By an independent prototype the model of version 1 has AUC .858 and log loss .206 on this part; it is compared with itself.
    expect(find('roc_auc', 'candidate')?.estimate).toBeCloseTo(0.858, 3)
    expect(find('log_loss', 'candidate')?.estimate).toBeCloseTo(0.206, 3)
    expect(find('roc_auc', 'difference-to-production')?.estimate).toBe(0)
  })

  it('costs nothing the second time, and the same inputs give the same evidence', async () => {
    await run(folder, 'train')
    const { digest } = evidenceOf(2)
    const again = await run(folder, 'train')
    expect(again).toEqual({ code: 0, errors: '', output: 'loan-approval: nothing to train, the inputs are those of version 2\n' })
    const forced = await run(folder, 'train', 'loan-approval', '--force')
    expect(forced.code).toBe(0)
    expect(evidenceOf(3).digest).toBe(digest)
  })

  it('says, forced, that a trainer gave another file for the same inputs, and how far predictions are apart', async () => {
    const other = join(folder, '.git/other.onnx')
    write(folder, 'training/train.sh', `${script}[ ! -e ${other} ] || cp ${other} "$MAINWARD_OUTPUT/model.onnx"\n`)
    await run(folder, 'train')
    writeFileSync(other, otherBytes())
    await run(folder, 'train', 'loan-approval', '--force', '--report', '.git/report.md')
    const report = readFileSync(join(folder, '.git/report.md'), 'utf8')
    expect(report).toContain('two runs differ')
    expect(report).toContain('their scores by at most 0.0: 0 of 596 rows are beyond the tolerance')
  })

  it('says what it would do with --dry-run, and does nothing', async () => {
    const { output } = await run(folder, 'train', '--dry-run')
    expect(output).toBe('loan-approval: to train\n  no version was trained yet\n')
    expect(changedFiles(folder)).toEqual([])
  })

  it('replays recorded requests, and writes a report', async () => {
    const golden = parse(readFileSync(join(folder, 'models/loan-approval/versions/1.yaml'), 'utf8')) as {
      spec: { goldenRows: readonly { inputs: Readonly<Record<string, number>> }[] }
    }
    const lines = golden.spec.goldenRows.map(({ inputs }, index) =>
      JSON.stringify({
        time: '2013-06-01T07:00:00Z',
        model: 'loan-approval',
        unit: `u${index}`,
        request_id: `r${index}`,
        row: inputs,
      }),
    )
    write(folder, '.git/requests.jsonl', lines.join('\n'))
    const { code, errors } = await run(folder, 'train', '--records', '.git/requests.jsonl', '--report', '.git/report.md')
    expect([code, errors]).toEqual([0, '| training says base\n'])
    // The same model: nothing changes.
    expect(evidenceOf(2).evaluation.replay).toMatchObject({ source: 'requests.jsonl', requests: lines.length, failed: 0, decisionsChanged: 0 }) // prettier-ignore
    const report = readFileSync(join(folder, '.git/report.md'), 'utf8')
    expect(report).toContain('loan-approval')
    expect(report).toContain('mainward reproduce loan-approval 2')
    const again = await run(folder, 'train', '--records', '.git/requests.jsonl', '--report', '.git/report.md')
    expect(again.output).toContain('  --records: no version is made, so nothing is asked; --force makes one anew\n')
    expect(readFileSync(join(folder, '.git/report.md'), 'utf8')).toContain('version 2; production serves version 1')
  })

  it('takes no file of records that is not there, before anything is trained', async () => {
    const { code, errors } = await run(folder, 'train', '--records', 'nope.jsonl')
    expect(code).toBe(2)
    expect(errors).toContain(`error: --records: there is no file ${join(folder, 'nope.jsonl')}`)
    expect(existsSync(join(folder, 'models/loan-approval/versions/2.yaml'))).toBe(false)
  })

  it('leaves the rollout alone with promotion: separate', async () => {
    change(['    params:', '    promotion: separate\n    params:'])
    const { output } = await run(folder, 'train')
    expect(output).toContain('note: promotion is separate: change canary.version in rollouts/loan-approval.yaml to 2')
    expect(readFileSync(join(folder, rolloutPath), 'utf8')).toBe(rollout)
  })
})

describe('what changed', () => {
  it('is named: a parameter, a file of the trainer, the seed', async () => {
    await run(folder, 'train')
    commitFiles(folder, {}, 'Version 2')
    write(folder, 'training/other.onnx', otherBytes())
    change(['say: base', 'say: other'], ['    params:', '    seed: 8\n    params:'])
    const { output } = await run(folder, 'train')
    expect(output).toContain(
      'loan-approval: to train\n' +
        '  say was "base" in version 2, and is "other"\n' +
        '  the seed was 7 in version 2, and is 8\n' +
        "  the trainer's files differ from those of version 2\n",
    )
    expect(evidenceOf(3).evaluation.production).toMatchObject({ version: 2 })
    expect(changedFiles(folder)).toContain('?? models/loan-approval/versions/3.yaml')
  })

  it('of the decision or the nulls alone makes a new version of the same file, without training', async () => {
    await run(folder, 'train')
    commitFiles(folder, {}, 'Version 2')
    change(['threshold: 0.5', 'threshold: 0.25'])
    write(folder, 'training/train.sh', readFileSync(join(folder, 'training/train.sh')))
    const { code, output, errors } = await run(folder, 'train')
    expect([code, errors]).toEqual([0, ''])
    expect(output).toContain('a new version with the model file of version 2, without training\n  decision of the model differs')
    expect(evidenceOf(3)).toMatchObject({ evaluatedFrom: 2, run: null, evaluation: { threshold: 0.25 } })
    expect(await run(folder, 'train')).toMatchObject({ output: expect.stringContaining('nothing to train') as string })
  })

  it('costs nothing where another branch trained the same: its number is the next one', async () => {
    runGit(folder, 'checkout', '--quiet', '-b', 'mine')
    await run(folder, 'train')
    const { digest, run: first } = evidenceOf(2)
    commitFiles(folder, {}, 'Mine')
    runGit(folder, 'checkout', '--quiet', 'main')
    write(folder, 'training/other.onnx', otherBytes())
    commitFiles(folder, {})
    runGit(folder, 'rm', '--quiet', '--force', 'training/other.onnx')
    commitFiles(folder, {})
    const { errors, output } = await run(folder, 'train')
    expect(errors).toBe('')
    expect(output).toContain('trained before, in another branch; the model file is in the store')
    expect(evidenceOf(2).run?.id).toBe(first?.id)
    expect(evidenceOf(2).digest).toBe(digest)
  })

  it('of the main branch, which took the number, renumbers without training, and the evidence is of the new production', async () => {
    runGit(folder, 'checkout', '--quiet', '-b', 'mine')
    await run(folder, 'train')
    const { run: first } = evidenceOf(2)
    await theirsTakesTheNumber()
    const { code, errors, output } = await run(folder, 'train')
    expect([code, errors]).toEqual([0, ''])
    expect(output).toContain('version 2 gets another number, without training\n  version 2 is another one on the main branch')
    expect(output).toContain('put back models/loan-approval/versions/2.yaml, as the main branch has it')
    expect(runGit(folder, 'diff', '--stat', 'main', '--', 'models/loan-approval/versions', 'cards')).toBe('')
    expect(evidenceOf(3)).toMatchObject({ run: { id: first?.id }, evaluation: { production: { version: 2 } } })
    expect(readFileSync(join(folder, rolloutPath), 'utf8')).toContain('version: 3 # the one line')
  })

  it('is told by validate where a rebase took the files of this branch; training puts those of the main branch back', async () => {
    runGit(folder, 'checkout', '--quiet', '-b', 'mine')
    await run(folder, 'train')
    await theirsTakesTheNumber()
    runGit(folder, 'merge', '--quiet', '--no-edit', '-X', 'ours', 'main')
    runGit(folder, 'checkout', '--quiet', 'HEAD~1', '--', 'models', 'cards', 'rollouts')
    runGit(folder, 'rm', '--quiet', 'training/other.onnx')
    commitFiles(folder, {}, 'In favour of mine')
    const place = 'models/loan-approval/versions/2.yaml:9:12 version-clash  '
    const clash = await run(folder, 'validate')
    expect(clash.code).toBe(1)
    expect(clash.output).toBe(
      `${place}expected version 2 of loan-approval as main has it, found another one\n` +
        "    git checkout main -- 'models/loan-approval/versions/2.*' puts it back; mainward train loan-approval then gives this one the next number\n",
    )
    expect(await run(folder, 'train')).toMatchObject({ code: 0, errors: '' })
    expect(await run(folder, 'validate')).toMatchObject({ code: 0, output: '' })
    expect(runGit(folder, 'diff', '--stat', 'main', '--', 'models/loan-approval/versions', 'cards')).toBe('')
    expect(await run(folder, 'train')).toMatchObject({ output: expect.stringContaining('nothing to train') as string })
  })

  it('in production makes the evidence of an unmerged version stale: it is judged again, without training', async () => {
    runGit(folder, 'checkout', '--quiet', '-b', 'mine')
    await run(folder, 'train')
    commitFiles(folder, {}, 'Mine')
    runGit(folder, 'checkout', '--quiet', 'main')
    const version = readFileSync(join(folder, 'models/loan-approval/versions/1.yaml'), 'utf8')
    write(folder, 'models/loan-approval/versions/1.onnx', otherBytes())
    const size = otherBytes().length
    const { createHash } = await import('node:crypto')
    const sha256 = createHash('sha256').update(otherBytes()).digest('hex')
    write(folder, 'models/loan-approval/versions/1.yaml', version.replace(/sha256: \w+/, `sha256: ${sha256}`).replace(/sizeBytes: \d+/, `sizeBytes: ${size}`)) // prettier-ignore
    commitFiles(folder, {}, 'Production moves on')
    runGit(folder, 'checkout', '--quiet', 'mine')
    const { errors, output } = await run(folder, 'train')
    expect(errors).toBe('')
    expect(output).toContain('version 2 is to be judged again, without training\n  production has moved on')
    expect(evidenceOf(2).evaluation.production).toMatchObject({ artifact: `sha256:${sha256}` })
  })
})

describe('what goes wrong leaves the tree as it was, and a second run works', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      'a trainer that fails',
      'echo no luck; exit 3',
      /code 3[^]*\nhint: correct it and train again; all that it said is in \.mainward\/train\/runs\/[-\w]+\/log\.txt\n/,
    ],
    ['one that writes nothing', 'true', /model\.onnx/],
    ['a file that is no model', 'echo nonsense > "$MAINWARD_OUTPUT/model.onnx"', /the trainer of loan-approval wrote a model that can not be served/], // prettier-ignore
    ['a program that is not there', '', /the trainer can not start: no program no-such-program is on its PATH/],
  ]

  it.each(cases)('%s', async (_, text, message) => {
    const good = readFileSync(join(folder, 'training/train.sh'), 'utf8')
    if (text === '') change(['[sh, training/train.sh]', '[no-such-program, training/train.sh]'])
    else write(folder, 'training/train.sh', text)
    commitFiles(folder, {})
    const { code, errors } = await run(folder, 'train')
    expect(code).toBe(1)
    expect(errors).toMatch(message)
    expect(errors).toMatch(/^hint: /m)
    expect(changedFiles(folder)).toEqual([])
    change()
    write(folder, 'training/train.sh', good)
    expect(await run(folder, 'train')).toMatchObject({ code: 0 })
  })

  it('a model with other inputs than the features', async () => {
    const narrow = loanModel([[/ {4}- \{ name: schooling_over_12.*\n/, '']])
    write(folder, modelPath, narrow)
    const { code, errors } = await run(folder, 'train')
    expect(code).toBe(1)
    expect(errors).toContain('the input "input" takes 21 columns, the training set has 20 features')
    expect(existsSync(join(folder, 'models/loan-approval/versions/2.yaml'))).toBe(false)
  })

  it('labels of one class', async () => {
    const data = join(folder, 'data/loans.parquet')
    const engine = await openEngine({ spillFolder: join(folder, '.spill') })
    await engine.query(`create table loans as select * replace (1::integer as approved) from '${data}'; copy loans to '${data}'`)
    await engine.close()
    const { code, errors } = await run(folder, 'train')
    expect(code).toBe(1)
    expect(errors).toContain(
      'loan-approval has 1194 rows to learn from: expected labels of two classes or more, found 1 in all of them\n' +
        'hint: take a longer time in training.data of the model, or look at the label column\n',
    )
  })

  it('Ctrl-C ends the trainer, and leaves no process and no file', async () => {
    const { createTestContext } = await import('../support/cli-context.ts')
    const { runCli } = await import('../../reconciler/cli/run-cli.ts')
    const { commands } = await import('../../reconciler/cli/commands.ts')
    write(folder, 'training/train.sh', 'echo started; sleep 300.25')
    commitFiles(folder, {})
    const context = createTestContext({ folder })
    const ended = runCli({ context, commands, argv: ['train'], version: '0' })
    while (!context.terminal.errors().includes('started')) await new Promise((resolve) => setTimeout(resolve, 20))
    context.interrupt()
    expect(await ended).toBe(1)
    expect(changedFiles(folder)).toEqual([])
    // What is killed may need a moment to die on a busy machine.
    await eventually(() => expect(listCommandLines().filter((line) => line.includes('sleep\u0000300.25'))).toEqual([]))
  })
})

describe('what is typed', () => {
  it.each([
    [['train', 'loan-aproval'], 'no model loan-aproval'],
    [['train', '--force'], '--force: expected names of models, or --all'],
    [['train', '--all', 'loan-approval'], '--all stands alone'],
    [['train', '--base', 'nowhere'], 'nowhere'],
  ])('%s', async (argv, message) => {
    const { code, errors } = await run(folder, ...argv)
    expect(code).toBe(2)
    expect(errors).toContain(message)
  })
})
