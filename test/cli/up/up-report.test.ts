import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Condition } from '../../../reconciler/core/condition.ts'
import type { ModelStatus, StatusDocument } from '../../../reconciler/core/status.ts'
import { renderExampleRequest } from '../../../reconciler/cli/up/example-request.ts'
import { buildReadyFile } from '../../../reconciler/cli/up/ready-file.ts'
import { reconcileArguments, serveArguments, type UpOptions } from '../../../reconciler/cli/up/up-options.ts'
import { renderChanges, renderSettled } from '../../../reconciler/cli/up/up-report.ts'

const plain = (_style: string, text: string): string => text

const model: ModelStatus = {
  name: 'flight-delay',
  ready: true,
  stalled: null,
  phase: 'Progressing',
  step: 0,
  reason: 'StepReached',
  message: 'holds for 20 s',
  arms: [
    { name: 'canary', release: 'sha256:bb', version: 2, weight: 5 },
    { name: 'stable', release: 'sha256:aa', version: 1, weight: 95 },
  ],
  stableVersion: 1,
  unit: null,
  strategy: 'canary',
  fallback: null,
  conditions: [],
  exampleRow: { carrier: 'UA', distance: null },
}

const status: StatusDocument = {
  environment: 'production',
  project: 'flights',
  leader: null,
  head: {
    commit: 'a'.repeat(40),
    author: 'Ada',
    message: 'First\n\nBody',
    committedAt: '2026-11-24T10:00:00.000Z',
    valid: true,
    findings: [],
    resources: { Project: 1, Model: 1, ModelVersion: 2, Rollout: 1 },
  },
  appliedCommit: 'a'.repeat(40),
  dataTime: null,
  servingVersion: null,
  settled: true,
  conditions: [],
  models: [model],
  replicas: [],
}

describe('what changed', () => {
  it('is everything at first, and nothing when nothing did', () => {
    expect(renderChanges(null, status, plain)).toBe(
      'commit aaaaaaaaaaaa "First" by Ada: found 1 model, 2 versions, 1 rollout\n' +
        'flight-delay  Progressing: canary v2 5 %, stable v1 95 % (holds for 20 s)\n',
    )
    expect(renderChanges(status, { ...status, dataTime: '2013-06-01T00:00:00.000Z' }, plain)).toBe('')
  })

  it('is what moved, and what is gone', () => {
    const moved = { ...status, models: [{ ...model, name: 'loans' }] }
    expect(renderChanges(status, moved, plain)).toBe(
      'loans  Progressing: canary v2 5 %, stable v1 95 % (holds for 20 s)\nflight-delay  removed\n',
    )
  })

  it('is a commit that is not applied, with every finding', () => {
    const finding = { file: 'r.yaml', line: 3, column: 5, rule: 'weights-sum', message: 'found 95', severity: 'error' } as const
    const head = { ...status.head, commit: 'b'.repeat(40), author: 'Bo', message: 'Break', committedAt: '', valid: false, findings: [finding], resources: {} } // prettier-ignore
    const text = renderChanges(status, { ...status, head }, plain)
    expect(text).toContain('commit bbbbbbbbbbbb "Break" by Bo: is not applied, 1 error')
    expect(text).toContain('r.yaml:3:5')
  })
})

describe('conditions', () => {
  const look = (holds: Condition['status'], reason: string, message: string): StatusDocument => {
    const lastTransitionTime = '2026-11-24T10:00:00.000Z'
    const condition = { type: 'FeaturesReady', status: holds, reason, message, observedCommit: null, lastTransitionTime }
    return { ...status, conditions: [condition] }
  }
  const filled = look('True', 'Filled', '9 online views filled')
  const broken = look('False', 'SourceUnusable', 'view weather: no file')

  it('are told when they cease to hold, once, and when they hold again, once', () => {
    expect(renderChanges(filled, broken, plain)).toBe('FeaturesReady=False (SourceUnusable)  view weather: no file\n')
    expect(renderChanges(broken, broken, plain)).toBe('')
    expect(renderChanges(broken, filled, plain)).toBe('FeaturesReady=True (Filled)  9 online views filled\n')
    expect(renderChanges(filled, filled, plain)).toBe('')
  })

  it('that hold from the beginning are no news', () => {
    expect(renderChanges(null, filled, plain)).not.toContain('FeaturesReady')
  })

  it('tell once that something is behind, not at each look how far', () => {
    const behind = (hours: number) => look('False', 'Behind', `${hours} hours behind`)
    expect(renderChanges(filled, behind(2), plain)).toBe('FeaturesReady=False (Behind)  2 hours behind\n')
    expect(renderChanges(behind(2), behind(3), plain)).toBe('')
    expect(renderChanges(behind(3), broken, plain)).toContain('(SourceUnusable)')
  })
})

describe('the request to try', () => {
  it('is a shell command with the row as it is', () => {
    const row = { text: `it's "quoted" $HOME \\ 日本`, number: 1e-7, missing: null }
    const command = renderExampleRequest([{ ...model, exampleRow: row }], 'http://127.0.0.1:8080') ?? ''
    expect(command).toMatch(/^curl -s http:\/\/127\.0\.0\.1:8080\/v1\/models\/flight-delay\/predict -H /)
    const body = execFileSync('sh', ['-c', command.replace(/^curl .* -d /, 'printf %s ')], { encoding: 'utf8' })
    expect(JSON.parse(body)).toEqual({ rows: [row] })
  })

  it('is of a model that answers, or not there', () => {
    const silent = { ...model, name: 'silent', ready: false }
    const rowless = { ...model, name: 'rowless', exampleRow: null }
    expect(renderExampleRequest([silent, rowless, model], 'http://x')).toContain('/flight-delay/')
    expect(renderExampleRequest([silent, rowless], 'http://x')).toBe(null)
    expect(
      renderSettled({ ...status, models: [silent] }, { serving: 'http://s', grpc: '127.0.0.1:1', control: 'http://c' }, plain),
    ).not.toContain('try:')
  })
})

it('calls a model ready when its stable release answers, also while a rollout stands still', () => {
  const models = [
    model,
    { ...model, name: 'a', stalled: 'golden row 3' },
    { ...model, name: 'b', ready: false, stalled: 'no artifact' },
  ]
  expect(buildReadyFile(models, { serving: 'http://s', grpc: '127.0.0.1:1', control: 'http://c' })).toEqual({
    serving: 'http://s',
    grpc: '127.0.0.1:1',
    control: 'http://c',
    models: { 'flight-delay': 'Ready', a: 'Ready', b: 'Stalled: no artifact' },
  })
})

describe('the arguments of the children', () => {
  const options: UpOptions = {
    repository: '/r',
    branch: 'main',
    path: '',
    environment: 'staging',
    port: 0,
    grpcPort: 0,
    adminPort: 8090,
    processes: null,
    host: '127.0.0.1',
    stateFolder: null,
    readyFile: null,
    dataClock: 'wall',
    dataStart: null,
    allowAnonymous: false,
    pollSeconds: null,
    tokenFile: null,
  }

  it('name only what was asked for', () => {
    expect(reconcileArguments(options, '/s', null).join(' ')).toBe(
      'reconcile /r --branch main --environment staging --admin-port 8090 --host 127.0.0.1 --state /s --data-clock wall',
    )
    const all = { ...options, path: 'ml', pollSeconds: 2.5, tokenFile: '/t' }
    expect(reconcileArguments(all, '/s', null).join(' ')).toMatch(/--path ml .* --poll 2\.5 --token-file \/t$/)
  })

  it('keep a port that was picked', () => {
    expect(serveArguments(options, '/s', null).join(' ')).toBe(
      'serve --port 0 --grpc-port 0 --host 127.0.0.1 --environment staging --state /s',
    )
    expect(
      serveArguments({ ...options, allowAnonymous: true }, '/s', { url: 'http://127.0.0.1:4711', grpc: '127.0.0.1:4712' }).join(
        ' ',
      ),
    ).toBe('serve --port 4711 --grpc-port 4712 --host 127.0.0.1 --environment staging --state /s --allow-anonymous')
  })
})
