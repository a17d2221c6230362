/** A small repository whose model a shell script trains: it hands out one of the model files that lie beside it. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { commands } from '../../../../reconciler/cli/commands.ts'
import { runCli } from '../../../../reconciler/cli/run-cli.ts'
import { packageRoot } from '../../../../reconciler/core/package-root.ts'
import { createTestContext } from '../../../support/cli-context.ts'
import { commitFiles, createRepository, runGit } from '../../../support/git-repositories.ts'

const example = join(packageRoot, 'example-repo')
const own = join(packageRoot, 'test/cli/train/support/loan-approval')

/** Tells of every run in `runs`, beside what a trainer would say; `say` is in its params. */
export const script = `set -eu
say=$(sed -n 's/.*"say": "\\([a-z]*\\)".*/\\1/p' "$MAINWARD_PARAMS")
echo "training says $say"
cp "training/$say.onnx" "$MAINWARD_OUTPUT/model.onnx"
`

/** A manifest as the example had it when its versions were imported, trained by the script. */
export function loanModel(changes: readonly (readonly [string | RegExp, string])[] = []): string {
  const text = readFileSync(join(own, 'model.yaml'), 'utf8')
    .replace(/ {4}# A random[^\n]*\n/, '')
    .replace('  training:\n', '  training:\n    command: [sh, training/train.sh]\n    params: { say: base }\n')
  return changes.reduce((changed, [from, to]) => {
    if (changed.replace(from, to) === changed) throw new Error(`nothing to change: ${String(from)}`)
    return changed.replace(from, to)
  }, text)
}

export const modelPath = 'models/loan-approval/model.yaml'
export const rolloutPath = 'rollouts/loan-approval.yaml'

export const rollout = `# Which version serves.
apiVersion: mainward.dev/v1alpha1
kind: Rollout
metadata: { name: loan-approval }
spec:
  unit: application_id
  canary:
    version: 1 # the one line
    steps:
      - { weight: 100 }
`

export interface LoanRepository {
  readonly folder: string
  readonly remove: () => void
}

/** One commit, with version 1 imported and in production. */
export function makeLoanRepository(changes: Parameters<typeof loanModel>[0] = []): LoanRepository {
  const folder = createRepository(mkdtempSync(join(tmpdir(), 'mainward-train-')))
  const copy = (from: string, to: string): void => {
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    cpSync(from, join(folder, to))
  }
  for (const path of ['mainward.yaml', 'data/loans.parquet']) copy(join(example, path), path)
  copy(join(own, '1.onnx'), 'models/loan-approval/versions/1.onnx')
  copy(join(own, '1.yaml'), 'models/loan-approval/versions/1.yaml')
  copy(join(own, '1.onnx'), 'training/base.onnx')
  const sources = readFileSync(join(example, 'features/sources.yaml'), 'utf8').split(/^---\n/m)
  const files = {
    'features/sources.yaml': sources.find((text) => text.includes('name: loans\n')) ?? '',
    [modelPath]: loanModel(changes),
    [rolloutPath]: rollout,
    'training/train.sh': script,
  }
  for (const [path, text] of Object.entries(files)) write(folder, path, text)
  commitFiles(folder, {}, 'Begin')
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export function write(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

export function changedFiles(folder: string): readonly string[] {
  const text = runGit(folder, 'status', '--porcelain', '--untracked-files=all')
  return text === '' ? [] : text.split('\n').map((line) => line.trim())
}

export async function run(folder: string, ...argv: readonly string[]) {
  const context = createTestContext({ folder })
  const code = await runCli({ context, commands, argv, version: '0' })
  return { code, output: context.terminal.output(), errors: context.terminal.errors() }
}
