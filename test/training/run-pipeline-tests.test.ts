/** Real pytest, installed from a requirements.txt, on tests of a trainer's code. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'
import { prepareEnvironment, type TrainerEnvironment } from '../../reconciler/training/environment/prepare-environment.ts'
import { openProcessTable } from '../../reconciler/training/processes/open-process-table.ts'
import { runPipelineTests, type PipelineTests } from '../../reconciler/training/run-pipeline-tests.ts'
import { runTrainer } from '../../reconciler/training/run-trainer.ts'
import type { TrainerRequest } from '../../reconciler/training/trainer-request.ts'
import { findMarked, mebibyte } from './support/run-shell.ts'
import { openTrainerBench, writeModel } from './support/trainer-request.ts'

const bench = openTrainerBench()
let environment: TrainerEnvironment

beforeAll(async () => {
  const requirementsFile = join(bench.root, 'requirements.txt')
  writeFileSync(requirementsFile, 'pytest==8.3.4\npluggy==1.5.0\npackaging==24.2\niniconfig==2.0.0\n')
  environment = await prepareEnvironment({
    requirementsFile,
    cacheFolder: join(packageRoot, 'node_modules/.cache/training-python'),
    inherited: process.env,
    table: openProcessTable(),
    onLines: () => undefined,
    timeoutMs: 100_000,
    signal: new AbortController().signal,
  })
})

afterAll(() => bench.remove())

const code = 'def scale(x):\n    return x * 2\n'

async function test(tests: string, changes: Partial<TrainerRequest> = {}): Promise<PipelineTests> {
  const request = bench.request(code, { environment, command: ['pytest', '-q'], ...changes }, { 'training/test_train.py': tests })
  try {
    return await runPipelineTests(request)
  } finally {
    request.log.close()
    expect(findMarked(request.runId)).toEqual([])
  }
}

const passing = `
import os, sys
sys.path.insert(0, os.path.dirname(__file__))
from train import scale
def test_scale(tmp_path):
    (tmp_path / 'x').write_text('x')
    assert scale(2) == 4 and os.environ['MAINWARD_SEED'] == '7' and 'MAINWARD_TRAIN' not in os.environ
`

describe('tests of the trainer’s code', () => {
  it('pass, with how long they took and their last line', async () => {
    const result = await test(passing)
    expect(result).toMatchObject({ status: 'passed', failure: null, warnings: [], run: { end: { kind: 'exited', code: 0 } } })
    expect(result.run?.durationMs).toBeGreaterThan(50)
    expect(result.run?.logTail.at(-1)).toMatch(/^1 passed in/)
  })

  it('fail with what pytest said', async () => {
    const result = await test(passing.replace('== 4', '== 5'))
    expect(result.status).toBe('failed')
    expect(result.failure).toMatchObject({ code: 'trainer-failed' })
    expect(result.failure?.message).toMatch(
      /^the tests of the trainer's code ended with exit code 1; its last lines:[^]*1 failed in/,
    )
  })

  it('that are none are no pass', async () => {
    const result = await test('')
    expect(result.failure?.message).toBe("pytest found no test among the trainer's files")
  })

  it('without pytest say where to name it, by program and by module', async () => {
    const bare = bench.request('').environment
    const program = await test(passing, { environment: { ...bare, path: '/usr/bin:/bin' }, command: ['pytest', '-q'] })
    expect(program.failure).toMatchObject({ code: 'environment', hint: expect.stringContaining('name pytest') as string })
    expect(program.failure?.message).toContain('no program pytest is on its PATH')
    const module = await test(passing, { environment: bare, command: ['python3', '-S', '-m', 'pytest'] })
    expect(module.failure?.message).toContain('No module named pytest')
    expect(module.failure?.hint).toContain('name the package of pytest')
  })

  it('that hang are ended', async () => {
    const limits = { timeoutMs: 1_500, memoryBytes: 500 * mebibyte, diskBytes: 100 * mebibyte, threads: 1 }
    const result = await test('import time\ndef test_hangs(): time.sleep(60)\n', { limits })
    expect(result.failure).toMatchObject({ code: 'trainer-limit' })
  })

  it('that write into the repository fail', async () => {
    const result = await test(`def test_writes(): open('${bench.repository}/written.txt', 'w').close()\n`)
    expect(result.failure?.message).toContain(
      "the repository changed while the tests of the trainer's code ran: made written.txt",
    )
    execFileSync('rm', [join(bench.repository, 'written.txt')])
  })

  it('leave nothing behind for the trainer that follows', async () => {
    await test(
      `${passing}\ndef test_leaves():\n    open('left', 'w').close()\n    open(os.path.join(os.environ['MAINWARD_OUTPUT'], 'model.onnx'), 'w').write('wrong')\n`,
    )
    const request = bench.request(`${writeModel}\nassert not os.path.exists('left')\n`, { environment })
    expect(await runTrainer(request)).toMatchObject({ status: 'succeeded', artifacts: [{ path: 'model.onnx', sizeBytes: 10 }] })
    request.log.close()
  })
})
