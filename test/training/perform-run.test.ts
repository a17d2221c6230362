/** A whole run: what its bundle says of tests and trainer when they end well, badly, or are cancelled. */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { performRun, type PerformedRun, type RunRequest } from '../../reconciler/training/perform-run.ts'
import { openProcessTable } from '../../reconciler/training/processes/open-process-table.ts'
import { openFolderRunStore } from '../../reconciler/training/runs/folder-run-store.ts'
import { openTrainerBench, writeModel } from './support/trainer-request.ts'

const bench = openTrainerBench()
const folder = join(bench.root, 'runs')
const store = openFolderRunStore({ folder, keep: 10, table: openProcessTable() })
afterAll(() => bench.remove())

async function perform(
  code: string,
  changes: Partial<RunRequest> = {},
): Promise<PerformedRun & { lines: string[]; log: string }> {
  const lines: string[] = []
  const { log, ...trainer } = bench.request(code)
  log.close()
  const performed = await performRun({
    store,
    clock: { now: () => Date.parse('2026-11-27T10:00:00Z') },
    about: { model: 'flight-delay', inputs: 'sha256:0', source: { commit: null, dirty: true } },
    trainer,
    testCommand: null,
    onStep: (command) => lines.push(`> ${command.join(' ')}`),
    onLines: (fresh) => lines.push(...fresh),
    ...changes,
  })
  expect(await store.read(performed.run.start.id)).toEqual(performed.run)
  return { ...performed, lines, log: readFileSync(store.logFile(performed.run.start.id), 'utf8') }
}

describe('a run', () => {
  it('that succeeds is recorded with what it was asked, what it had, and what it left', async () => {
    const metrics = `import json; json.dump({'loss': 0.5}, open(os.environ['MAINWARD_OUTPUT'] + '/metrics.json', 'w'))`
    const { run, outcome, lines, log } = await perform(`${writeModel}\nprint('epoch 1')\n${metrics}\n`)
    expect(run).toMatchObject({
      status: 'succeeded',
      start: {
        model: 'flight-delay',
        inputs: 'sha256:0',
        startedAt: '2026-11-27T10:00:00.000Z',
        command: ['python3', 'training/train.py'],
        seed: 7,
        declaredParams: { learning_rate: 0.1, max_depth: 6 },
        source: { commit: null, dirty: true },
        machine: { cpuModel: cpus()[0]?.model },
      },
      end: {
        metrics: { loss: 0.5 },
        failure: null,
        tests: null,
        trainer: { end: { kind: 'exited', code: 0 }, logTail: ['epoch 1'] },
      },
    })
    expect(outcome?.modelFile).not.toBeNull()
    expect(lines).toEqual(['> python3 training/train.py', 'epoch 1'])
    expect(log).toBe('epoch 1\n')
    const points = readFileSync(join(folder, run.start.id, 'metrics.jsonl'), 'utf8')
    expect(JSON.parse(points)).toEqual({ name: 'loss', value: 0.5, step: null, atMs: Date.parse('2026-11-27T10:00:00Z') })
  })

  it('whose tests fail starts no trainer', async () => {
    const { run, outcome, failure, log } = await perform(`print('trainer')`, { testCommand: ['sh', '-c', 'echo tested; exit 1'] })
    expect(outcome).toBeNull()
    expect(failure?.message).toContain("the tests of the trainer's code ended with exit code 1")
    expect(run).toMatchObject({ status: 'failed', end: { trainer: null, tests: { end: { kind: 'exited', code: 1 } } } })
    expect(log).toBe('tested\n')
  })

  it('whose tests pass goes on, in one log', async () => {
    const { run, log } = await perform(`${writeModel}\nprint('trainer')`, { testCommand: ['sh', '-c', 'echo tested'] })
    expect(run.status).toBe('succeeded')
    expect(log).toBe('tested\ntrainer\n')
  })

  it('that fails is recorded with why', async () => {
    const { run, failure } = await perform('raise ValueError("no rows")')
    expect(run.status).toBe('failed')
    expect(run.end?.failure).toEqual({ code: 'trainer-failed', message: failure?.message, hint: failure?.hint })
    expect(run.end?.failure?.message).toContain('ValueError: no rows')
  })

  it('whose trainer says nothing is not explained by what its tests said', async () => {
    const { failure } = await perform('raise SystemExit(3)', { testCommand: ['sh', '-c', 'echo tested'] })
    expect(failure?.message).toBe('the trainer ended with exit code 3, and wrote nothing to its log')
  })

  it('that is cancelled is recorded as that', async () => {
    const { log, ...trainer } = bench.request(writeModel, { signal: AbortSignal.abort() })
    log.close()
    const { run } = await perform(writeModel, { trainer })
    expect(run.status).toBe('cancelled')
  })

  it('that can not begin, since a file of the trainer is missing, is recorded too', async () => {
    const { log, ...trainer } = bench.request(writeModel)
    log.close()
    const { run } = await perform(writeModel, { trainer: { ...trainer, sources: { ...trainer.sources, paths: ['gone.py'] } } })
    expect(run.end?.failure).toMatchObject({ code: 'not-found' })
  })
})
