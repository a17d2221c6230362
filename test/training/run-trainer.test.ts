/** Real trainers, good and bad, as child processes: what they get, what is said of them, and that a second run works after each. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runTrainer, type TrainerOutcome } from '../../reconciler/training/run-trainer.ts'
import type { TrainerRequest } from '../../reconciler/training/trainer-request.ts'
import { findMarked, mebibyte } from './support/run-shell.ts'
import { openTrainerBench, writeModel } from './support/trainer-request.ts'

const bench = openTrainerBench()
afterAll(() => bench.remove())

async function run(request: TrainerRequest): Promise<TrainerOutcome> {
  try {
    return await runTrainer(request)
  } finally {
    request.log.close()
    expect(findMarked(request.runId)).toEqual([])
  }
}

describe('a good trainer', () => {
  it('gets the contract, and nothing else of our variables', async () => {
    const code = `${writeModel}
import json
out = os.environ['MAINWARD_OUTPUT']
with open(os.path.join(out, 'seen.json'), 'w') as file:
    json.dump({'variables': dict(os.environ), 'params': json.load(open(os.environ['MAINWARD_PARAMS'])), 'cwd': os.getcwd(),
               'train': open(os.environ['MAINWARD_TRAIN']).read(), 'validation': open(os.environ['MAINWARD_VALIDATION']).read(),
               'files': sorted(os.path.join(top, name) for top, _, names in os.walk('.') for name in names)}, file)
json.dump({'loss': 0.25, 'steps': 100}, open(os.path.join(out, 'metrics.json'), 'w'))
# Memory is looked at ten times a second.
import time; time.sleep(0.4)
`
    const request = bench.request(code, {}, { 'training/data/notes.txt': 'notes' })
    const outcome = await run(request)
    expect(outcome).toMatchObject({ status: 'succeeded', failure: null, warnings: [], metrics: { loss: 0.25, steps: 100 } })
    expect(outcome.run).toMatchObject({ command: request.command, end: { kind: 'exited', code: 0 } })
    expect(outcome.run?.peakMemoryBytes).toBeGreaterThan(5 * mebibyte)
    expect(outcome.artifacts.map(({ path }) => path)).toEqual(['metrics.json', 'model.onnx', 'seen.json'])
    const model = outcome.artifacts[1]
    expect(model).toEqual({
      path: 'model.onnx',
      sizeBytes: 10,
      sha256: execFileSync(
        'python3',
        ['-c', 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())', outcome.modelFile ?? ''],
        { encoding: 'utf8' },
      ).trim(),
    })

    const seen = JSON.parse(readFileSync(join(outcome.outputFolder, 'seen.json'), 'utf8')) as Record<string, unknown>
    const folder = request.folder
    expect(seen).toMatchObject({
      params: request.params,
      cwd: join(folder, 'code'),
      train: 'PAR1 train',
      validation: 'PAR1 validation',
      files: ['./training/data/notes.txt', './training/train.py'],
    })
    const variables = seen['variables'] as Record<string, string>
    for (const name of ['PWD', 'OLDPWD', 'SHLVL', '_', 'LC_CTYPE']) delete variables[name]
    expect(variables).toEqual({
      PATH: request.environment.path,
      HOME: join(folder, 'home'),
      TMPDIR: join(folder, 'tmp'),
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      PYTHONHASHSEED: '7',
      PYTHONUNBUFFERED: '1',
      OMP_NUM_THREADS: '2',
      OPENBLAS_NUM_THREADS: '2',
      MKL_NUM_THREADS: '2',
      NUMEXPR_NUM_THREADS: '2',
      VECLIB_MAXIMUM_THREADS: '2',
      POLARS_MAX_THREADS: '2',
      RAYON_NUM_THREADS: '2',
      LOKY_MAX_CPU_COUNT: '2',
      MAINWARD_TRAIN: join(folder, 'data/train.parquet'),
      MAINWARD_VALIDATION: join(folder, 'data/validation.parquet'),
      MAINWARD_PARAMS: join(folder, 'params.json'),
      MAINWARD_SEED: '7',
      MAINWARD_OUTPUT: join(folder, 'output'),
      MAINWARD_RUN_ID: request.runId,
    })
  })

  it('starts on fresh files every time', async () => {
    const code = `${writeModel}
assert not os.path.exists('left.txt') and not os.path.exists(os.path.join(os.environ['MAINWARD_OUTPUT'], 'old'))
for path in ['left.txt', os.path.join(os.environ['MAINWARD_OUTPUT'], 'old')]: open(path, 'w').close()
open('training/train.py', 'a').write('raise SystemExit(9)')
`
    expect((await run(bench.request(code))).status).toBe('succeeded')
    expect((await run(bench.request(code))).status).toBe('succeeded')
  })

  it('says which parameters it used', async () => {
    const code = `${writeModel}
import json
path = os.environ['MAINWARD_PARAMS']
json.dump({**json.load(open(path)), 'max_depth': 4, 'trees': 50}, open(path, 'w'))
`
    const command = ['python3', 'training/train.py', '--learning-rate', '0.3', '--fast']
    const outcome = await run(bench.request(code, { command }))
    expect(outcome.detectedParams).toEqual({ learning_rate: 0.1, max_depth: 4, trees: 50, fast: true })
    expect(outcome.warnings).toEqual([
      'the parameter learning_rate is declared as 0.1, and the command line says 0.3',
      'the parameter max_depth is declared as 6, and the trainer left in its params file 4',
    ])
  })

  it('is warned of children that outlived it', async () => {
    const code = `${writeModel}
import subprocess
subprocess.Popen(['sleep', '60'], start_new_session=True)
`
    const outcome = await run(bench.request(code))
    expect(outcome.status).toBe('succeeded')
    expect(outcome.warnings).toEqual([
      expect.stringMatching(/^1 process outlived the trainer and had to be ended: sleep \(pid \d+\)$/) as string,
    ])
  })

  it('may be any program', async () => {
    const command = ['training/train.sh']
    const request = bench.request(
      '',
      { command },
      { 'training/train.sh': '#!/bin/sh\nprintf model > "$MAINWARD_OUTPUT/model.onnx"\n' },
    )
    execFileSync('chmod', ['+x', join(bench.repository, 'training/train.sh')])
    expect((await run(request)).status).toBe('succeeded')
  })

  it('may write metrics that are none, and is told', async () => {
    const code = `${writeModel}
open(os.path.join(os.environ['MAINWARD_OUTPUT'], 'metrics.json'), 'w').write('{"auc": 0.7, "note": "good", "nested": {}}')
`
    const outcome = await run(bench.request(code))
    expect(outcome.metrics).toEqual({ auc: 0.7 })
    expect(outcome.warnings).toEqual(['metrics.json: left out what is no number: note, nested'])
  })
})

interface BadDay {
  readonly name: string
  readonly code: string
  readonly changes?: Partial<TrainerRequest>
  readonly code_: string
  readonly message: RegExp
  readonly hint?: RegExp
}

const limits = { timeoutMs: 20_000, memoryBytes: 1024 * mebibyte, diskBytes: 200 * mebibyte, threads: 2 }

const badDays: readonly BadDay[] = [
  {
    name: 'has no program on this machine',
    code: '',
    changes: { command: ['no-such-program', 'train'] },
    code_: 'environment',
    message: /^the trainer can not start: no program no-such-program is on its PATH$/,
  },
  {
    name: 'needs a Python that is not there',
    code: '',
    changes: { environment: { ...bench.request('').environment, path: '/nowhere' } },
    code_: 'environment',
    message: /^the trainer can not start: no program python3 is on its PATH$/,
    hint: /install Python/,
  },
  {
    name: 'is a file that is not among its files',
    code: '',
    changes: { command: ['training/missing.sh'] },
    code_: 'trainer-failed',
    message: /training\/missing\.sh is not among the trainer's files/,
  },
  {
    name: 'is a file that may not be run',
    code: '',
    changes: { command: ['training/train.py'] },
    code_: 'trainer-failed',
    message: /training\/train\.py is no program that may be run/,
    hint: /chmod \+x training\/train\.py/,
  },
  {
    name: 'is a script that is missing',
    code: '',
    changes: { command: ['python3', 'training/missing.py'] },
    code_: 'trainer-failed',
    message: /ended with exit code 2; its last lines:\n.*can't open file/,
  },
  {
    name: 'raises',
    code: 'def fit():\n    raise ValueError("only one class")\nfit()\n',
    code_: 'trainer-failed',
    message: /^the trainer ended with exit code 1; its last lines:\n[^]*\n {2}ValueError: only one class$/,
  },
  {
    name: 'needs a package that is not installed',
    code: 'import no_such_package\n',
    code_: 'trainer-failed',
    message: /ModuleNotFoundError: No module named 'no_such_package'$/,
    hint: /^name the package of no_such_package, with its version, in requirements\.txt/,
  },
  {
    name: 'says nothing and fails',
    code: 'raise SystemExit(4)\n',
    code_: 'trainer-failed',
    message: /^the trainer ended with exit code 4, and wrote nothing to its log$/,
  },
  {
    name: 'is killed',
    code: 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n',
    code_: 'trainer-failed',
    message:
      /^the trainer was killed by SIGKILL, which Mainward did not send: somebody did, or the kernel because memory was out/,
    hint: /more memory/,
  },
  {
    name: 'crashes',
    code: 'import ctypes\nprint("before")\nctypes.string_at(0)\n',
    code_: 'trainer-failed',
    message: /^the trainer was ended by SIGSEGV, which Mainward did not send; its last lines:\n {2}before$/,
  },
  {
    name: 'hangs, with a child in a session of its own',
    code: 'import subprocess, time\nsubprocess.Popen(["sleep", "60"], start_new_session=True)\nprint("epoch 1")\ntime.sleep(60)\n',
    changes: { limits: { ...limits, timeoutMs: 1_000 } },
    code_: 'trainer-limit',
    message: /^the trainer took longer than 1 s, and was ended with everything it started; its last lines:\n {2}epoch 1$/,
    hint: /training\.timeout/,
  },
  {
    name: 'needs too much memory',
    code: 'import time\nheld = b"x" * (300 * 1024 * 1024)\ntime.sleep(30)\n',
    changes: { limits: { ...limits, memoryBytes: 200 * mebibyte } },
    code_: 'trainer-limit',
    message: /^the trainer needed [23]\d\d MiB of memory, and may have 200 MiB, and was ended/,
    hint: /training\.memory/,
  },
  {
    name: 'fills the disk with its temporary files',
    code: 'import tempfile, time\nfiles = [tempfile.NamedTemporaryFile() for _ in range(100)]\nfor each in files: each.write(b"x" * 1024 * 1024); each.flush(); time.sleep(0.02)\n',
    changes: { limits: { ...limits, diskBytes: 10 * mebibyte } },
    code_: 'trainer-limit',
    message: /^the trainer wrote more than 10 MiB into its folder/,
  },
  {
    name: 'has written too much when it ends',
    code: `${writeModel}\nopen('big', 'wb').write(b'x' * 12 * 1024 * 1024)\n`,
    changes: { limits: { ...limits, diskBytes: 10 * mebibyte } },
    code_: 'trainer-limit',
    message: /wrote more than 10 MiB/,
  },
  {
    name: 'writes nothing',
    code: 'print("done")\n',
    code_: 'trainer-failed',
    message: /^expected the trainer to write model\.onnx to MAINWARD_OUTPUT, found there nothing$/,
    hint: /os\.environ\["MAINWARD_OUTPUT"\]/,
  },
  {
    name: 'writes its model beside its code',
    code: 'open("model.onnx", "w").write("x")\n',
    code_: 'trainer-failed',
    message: /found there nothing; model\.onnx lies in its working folder$/,
  },
  {
    name: 'writes an empty model',
    code: 'import os\nopen(os.environ["MAINWARD_OUTPUT"] + "/model.onnx", "w").close()\n',
    code_: 'trainer-failed',
    message: /found an empty file$/,
  },
  {
    name: 'leaves a link in place of its model',
    code: 'import os\nos.symlink("/etc/hosts", os.environ["MAINWARD_OUTPUT"] + "/model.onnx")\n',
    code_: 'trainer-failed',
    message: /found a link or another thing that is no file$/,
  },
  {
    name: 'removes its output folder',
    code: 'import os\nos.rmdir(os.environ["MAINWARD_OUTPUT"])\nos.symlink("/", os.environ["MAINWARD_OUTPUT"])\n',
    code_: 'trainer-failed',
    message: /found there nothing$/,
  },
  {
    name: 'writes into the repository',
    code: `${writeModel}\nopen('${bench.repository}/made.txt', 'w').write('x')\nopen('${bench.repository}/mainward.yaml', 'a').write('#')\n`,
    code_: 'trainer-failed',
    message: /^the repository changed while the trainer ran: made made\.txt, written mainward\.yaml$/,
    hint: /if you changed these files yourself/,
  },
  {
    name: 'changes its training data',
    code: `${writeModel}\nos.chmod(os.environ['MAINWARD_TRAIN'], 0o644)\nopen(os.environ['MAINWARD_TRAIN'], 'w').write('other')\n`,
    code_: 'trainer-failed',
    message: /^the trainer changed its training data: train\.parquet \(your own files are as before/,
  },
]

describe('a trainer that', () => {
  it.each(badDays)('$name gets one clear message', async ({ code, changes, code_, message, hint }) => {
    const outcome = await run(bench.request(code, changes))
    expect(outcome.status).toBe('failed')
    expect(outcome.modelFile).toBeNull()
    expect(outcome.failure).toMatchObject({ code: code_, message: expect.stringMatching(message) as string })
    expect(outcome.failure?.hint).toMatch(hint ?? /\w/)
    expect(readFileSync(join(bench.root, 'train.parquet'), 'utf8')).toBe('PAR1 train')
    const again = await run(bench.request(writeModel))
    expect(again).toMatchObject({ status: 'succeeded', failure: null })
  })

  it('is cancelled ends with everything it started', async () => {
    const controller = new AbortController()
    const code =
      'import subprocess, time\nsubprocess.Popen(["sleep", "60"], start_new_session=True)\nprint("started", flush=True)\ntime.sleep(60)\n'
    const request = bench.request(code, { signal: controller.signal })
    const running = run(request)
    const seen = setInterval(() => {
      if (bench.readLog().includes('started')) controller.abort()
    }, 50)
    const outcome = await running
    clearInterval(seen)
    expect(outcome).toMatchObject({ status: 'cancelled', failure: { code: 'cancelled' }, modelFile: null })
  })

  it('changes its Python environment fails, and the environment is made anew', async () => {
    const folder = join(bench.root, 'environments/key/one')
    const sitePackages = join(folder, 'site-packages')
    mkdirSync(sitePackages, { recursive: true })
    writeFileSync(join(bench.root, 'environments/key/current'), folder)
    const base = bench.request(`${writeModel}\nopen('${sitePackages}/extra.py', 'w').close()\n`)
    const outcome = await run({ ...base, environment: { ...base.environment, own: { folder, sitePackages } } })
    expect(outcome.failure?.message).toBe('the Python environment changed while the trainer ran: made extra.py')
    expect(readdirSync(join(bench.root, 'environments/key'))).toEqual([])
  })

  it('consists of files that are not there, or lie elsewhere, is not run', async () => {
    const request = bench.request('')
    const running = (paths: readonly string[]) => runTrainer({ ...request, sources: { ...request.sources, paths } })
    await expect(running(['gone.py'])).rejects.toMatchObject({ code: 'not-found' })
    await expect(running(['../train.parquet'])).rejects.toMatchObject({ code: 'invalid-input' })
    symlinkSync('/etc/hosts', join(bench.repository, 'link.txt'))
    await expect(running(['link.txt'])).rejects.toMatchObject({ code: 'invalid-input' })
    request.log.close()
  })

  it('gets data that it can not write by mistake', async () => {
    const request = bench.request(writeModel)
    await run(request)
    expect(statSync(join(request.folder, 'data/train.parquet')).mode & 0o222).toBe(0)
    expect(existsSync(join(request.folder, 'output/model.onnx'))).toBe(true)
  })
})
