/**
 * Makes the versions of the example, and the branches of the demo, by `mainward train`: models/NAME/versions and cards/NAME below example-repo/, and
 * example-branches/. Needs Python 3.11 and the packages of example-repo/training/requirements.txt, which it installs; some six minutes on two cores.
 *
 *     npm run build && node scripts/make-example.mjs [FOLDER]      FOLDER: where it works (a new folder; default: a temporary one)
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const example = join(root, 'example-repo')
const branchesFolder = join(root, 'example-branches')
const generated = ['models/flight-delay/versions', 'models/loan-approval/versions', 'cards']
const flightModel = 'models/flight-delay/model.yaml'
const loanModel = 'models/loan-approval/model.yaml'

/** Parameters of version 1, in place of those of version 2. */
const firstParams = `estimator: logistic_regression
      C: 1.0
      columns:
        - temp
        - wind_speed
        - precip
        - visib
        - carrier_delay_rate_7d
        - origin_delay_rate_6h
        - distance
        - sched_hour
`
const secondParams = /estimator: hist_gradient_boosting\n(?: {6}.*\n)*/

/** What a person changes in a branch, and which model is trained of it. */
const branches = [
  {
    name: 'roll-out-2',
    base: 'main',
    message: 'Roll out version 2 of flight-delay',
    edits: [['rollouts/flight-delay.yaml', 'version: 1\n', 'version: 2\n']],
  },
  {
    name: 'balanced-weights',
    base: 'roll-out-2',
    message: 'Weigh both classes the same',
    edits: [[flightModel, '      l2_regularization: 5\n', '      l2_regularization: 5\n      class_weight: balanced\n']],
    model: 'flight-delay',
  },
  {
    name: 'old-data',
    base: 'roll-out-2',
    message: 'Learn from the first month alone',
    edits: [[flightModel, 'validation: 14d', 'validation: 93d']],
    model: 'flight-delay',
  },
  {
    name: 'drop-missing',
    base: 'roll-out-2',
    message: 'Learn from flights alone of which everything is known',
    edits: [
      [
        flightModel,
        '      l2_regularization: 5\n',
        '      l2_regularization: 5\n      drop_null:\n        - pressure\n        - plane_age\n        - seats\n',
      ],
    ],
    model: 'flight-delay',
  },
  {
    name: 'stricter-loans',
    base: 'main',
    message: 'Approve loans from an even chance on',
    edits: [[loanModel, 'threshold: 0.25', 'threshold: 0.5']],
    model: 'loan-approval',
  },
  {
    name: 'milder-loans',
    base: 'main',
    message: 'Approve more loans',
    edits: [[loanModel, 'threshold: 0.25', 'threshold: 0.2']],
    model: 'loan-approval',
  },
]

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'mainward-example-'))
mkdirSync(folder, { recursive: true })
cpSync(example, folder, { recursive: true })
for (const path of generated) rmSync(join(folder, path), { recursive: true, force: true })
git('init', '--quiet', '--initial-branch=main')
git('config', 'user.name', 'Mainward')
git('config', 'user.email', 'example@mainward.invalid')
writeFileSync(join(folder, '.git', 'info', 'exclude'), '.mainward/\n')

const model = readFileSync(join(folder, flightModel), 'utf8')
edit(flightModel, secondParams, firstParams)
commit('Say how the first versions are trained')
train('main', 'flight-delay', 'loan-approval')
commit('Train the first versions')
writeFileSync(join(folder, flightModel), model)
commit('Say how boosted trees are trained')
train('main', 'flight-delay')
commit('Train boosted trees')
for (const path of generated) {
  rmSync(join(example, path), { recursive: true, force: true })
  cpSync(join(folder, path), join(example, path), { recursive: true })
}

rmSync(branchesFolder, { recursive: true, force: true })
for (const { name, base, message, edits, model: trained } of branches) {
  git('switch', '--quiet', '--create', name, base)
  for (const [path, from, to] of edits) edit(path, from, to)
  commit(message)
  if (trained !== undefined) {
    train(base, trained)
    commit(`Train ${trained}`)
  }
  for (const path of git('diff', '--name-only', base, name).trim().split('\n')) {
    mkdirSync(dirname(join(branchesFolder, name, path)), { recursive: true })
    cpSync(join(folder, path), join(branchesFolder, name, path))
  }
}
const list = branches.map(({ name, base, message }) => ({ name, base, message }))
writeFileSync(join(branchesFolder, 'branches.json'), `${JSON.stringify(list, null, 2)}\n`)
console.log(`made in ${folder}`)

/** A verdict that stands in the way is what some branches are for: exit code 1 is told, any other ends this. */
function train(base, ...models) {
  const { status } = spawnSync(process.execPath, [join(root, 'dist/main.js'), 'train', ...models, '--base', base], {
    cwd: folder,
    stdio: 'inherit',
  })
  if (status === 0 || status === 1) return
  throw new Error(`mainward train ended with ${status}`)
}

function edit(path, from, to) {
  const text = readFileSync(join(folder, path), 'utf8')
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`${path} has no ${from}`)
  writeFileSync(join(folder, path), changed)
}

function commit(message) {
  git('add', '--all')
  git('commit', '--quiet', '--message', message)
}

function git(...args) {
  if (!existsSync(folder)) throw new Error(`no folder ${folder}`)
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8' })
}
