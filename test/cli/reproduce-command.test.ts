/** `mainward reproduce`: versions of a real repository, trained again from its commits. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commitFiles, runGit } from '../support/git-repositories.ts'
import { changedFiles, loanModel, makeLoanRepository, modelPath, run, write, type LoanRepository } from './train/support/loan-repository.ts' // prettier-ignore

let made: LoanRepository
let folder: string
let origin: string

beforeAll(async () => {
  made = makeLoanRepository()
  folder = made.folder
  await run(folder, 'train')
  origin = commitFiles(folder, {}, 'Version 2')
})

afterAll(() => made.remove())

it('takes all of it from the commit that brought the version, whatever came later', async () => {
  write(folder, modelPath, loanModel([['say: base', 'say: gone']]))
  write(folder, 'training/train.sh', 'exit 1\n')
  commitFiles(folder, {}, 'Something else')
  const { code, output } = await run(folder, 'reproduce', 'loan-approval', '2')
  expect(output).toContain(`loan-approval version 2 is reproduced from commit ${origin.slice(0, 12)}\n`)
  expect(output).toContain('  model file    the same bytes\n  predictions   the same for all 596 rows\n')
  expect(code).toBe(0)
  expect(changedFiles(folder)).toEqual([])
})

it('says that the trainer is another one, and what differs', async () => {
  const { code, errors } = await run(folder, 'reproduce', 'loan-approval', '2', '--ref', 'HEAD')
  expect(code).toBe(1)
  expect(errors).toContain("the commit has another trainer than version 2 of loan-approval: the trainer's files differ")
})

it('says by how much predictions differ when the trainer is not deterministic', async () => {
  runGit(folder, 'checkout', '--quiet', '-b', 'chance', origin)
  const bytes = readFileSync(join(folder, 'training/base.onnx'))
  const state = join(made.folder, '.git', 'second')
  write(
    folder,
    'training/train.sh',
    `if [ -e ${state} ]; then cp training/other.onnx "$MAINWARD_OUTPUT/model.onnx"; else touch ${state}; cp training/base.onnx "$MAINWARD_OUTPUT/model.onnx"; fi\n`,
  )
  write(folder, 'training/other.onnx', changeCoefficient(bytes))
  expect(await run(folder, 'train')).toMatchObject({ code: 0, output: expect.stringContaining('version 3') as string })
  commitFiles(folder, {}, 'Version 3')
  const { code, output } = await run(folder, 'reproduce', 'loan-approval', '3', '--json')
  expect([code, output]).toMatchObject([1, expect.any(String)])
  const outcome = JSON.parse(output) as { readonly maximumScoreDifference: number; readonly rowsBeyondTolerance: number }
  expect(outcome).toMatchObject({ version: 3, sameArtifact: false, sameDataset: true, rows: 596 })
  expect(outcome.maximumScoreDifference).toBeGreaterThan(1e-5)
  expect(outcome.rowsBeyondTolerance).toBeGreaterThan(0)
})

it.each([
  [['loan-approval', '9'], 'no version 9 of loan-approval'],
  [['loan-approval', '1'], 'version 1 of loan-approval was not trained by mainward'],
  [['loan-approval', 'two'], 'expected the number of a version, found two'],
])('%s', async (argv, message) => {
  const { code, errors } = await run(folder, 'reproduce', ...argv)
  expect(code).toBe(2)
  expect(errors).toContain(message)
})

/**
 * The same model with another coefficient of the positive class: onnx.proto writes floats of an attribute one by one, a tag and four bytes
 * each, first the 21 of the class 0.
 */
function changeCoefficient(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  const place = changed.indexOf('coefficients') + 'coefficients'.length + 21 * 5 + 1
  changed.writeFloatLE(changed.readFloatLE(place) + 0.5, place)
  return changed
}
