/** The command that runs golden cases of the join, as a person runs it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../reconciler/core/package-root.ts'

const folder = mkdtempSync(join(tmpdir(), 'mainward-pit-cases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(...files: readonly string[]): { readonly status: number | null; readonly out: string } {
  const { status, stdout } = spawnSync(process.execPath, [join(packageRoot, 'scripts/pit-cases.mjs'), ...files], {
    encoding: 'utf8',
  })
  return { status, out: stdout }
}

function fileOf(name: string, cases: readonly unknown[]): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ cases }))
  return path
}

const row = (id: unknown, time: string, value: unknown): object => ({ id, event_time: time, value })
const base = { entities: ['id'], ttl_us: null }

describe('npm run pit-cases', () => {
  it('passes the golden cases', () => {
    const { status, out } = run(join(packageRoot, 'test/features/join/pit-cases.json'))
    expect(out).toBe('31 passed, 0 failed\n')
    expect(status).toBe(0)
  })

  it('says which case failed, with what was expected and found', () => {
    const file = fileOf('wrong.json', [
      { ...base, name: 'off by one', features: [row('a', '2026-03-01', 2)], labels: [{ id: 'a', t: '2026-03-02' }], expected: [1], found: [true] }, // prettier-ignore
      { ...base, name: 'no time', features: [row('a', 'noon', 2)], labels: [{ id: 'a', t: '2026-03-02' }], expected: [2], found: [true] }, // prettier-ignore
      { ...base, name: 'right', features: [row('a', '2026-03-01', 2)], labels: [{ id: 'a', t: '2026-03-02' }], expected: [2], found: [true] }, // prettier-ignore
    ])
    const { status, out } = run(file)
    expect(out).toBe(
      'off by one: expected [1] found [true], got [2] found [true]\n' +
        'no time: expected a time in ISO 8601, found "noon"\n' +
        '1 passed, 2 failed\n',
    )
    expect(status).toBe(1)
  })

  it('takes values of every type, keys of every type, any offset, and no rows at all', () => {
    const at = [{ id: 1, t: '2026-03-01T00:00:00+00:00' }]
    const one = (name: string, value: unknown): object => ({
      ...base,
      name,
      features: [row(1, '2026-02-28T22:59:59.999999-01:00', value)],
      labels: at,
      expected: [value],
      found: [true],
    })
    const file = fileOf('types.json', [
      one('text', "it's"),
      one('bool', false),
      one('null', null),
      one('float', 0.1),
      { ...base, name: 'mixed', features: [row(1, '2026-01-01', 1), row('1', '2026-01-02', 'x'), row(null, '2026-01-03', true)], labels: [...at, { id: '1', t: '20260301T000000Z' }, { id: null, t: '2026-03-01' }], expected: [1, 'x', null], found: [true, true, false] }, // prettier-ignore
      { ...base, name: 'empty', ttl_us: 1e18, features: [], labels: at, expected: [null], found: [false] },
      { ...base, name: 'no labels', features: [row(1, '2026-01-01', 1)], labels: [], expected: [], found: [] },
      { ...base, name: 'old', ttl_us: 1e19, features: [row(1, '0001-01-01T00:00:00', 1)], labels: [{ id: 1, t: '9999-12-31T23:59:59.999999Z' }], expected: [1], found: [true] }, // prettier-ignore
      { name: 'no entity', entities: [], features: [{ event_time: '2026-01-01', value: 3 }], labels: [{ t: '2026-01-01' }], expected: [3], found: [true] }, // prettier-ignore
    ])
    expect(run(file)).toEqual({ status: 0, out: '9 passed, 0 failed\n' })
  })

  it('tells keys and values apart that no double tells apart, and reads what Python writes', () => {
    // The expected values are those of the rule's own program (Python), whose integers have any size.
    const text = ({
      name,
      keys,
      value,
      label,
      gives,
    }: Readonly<Record<'name' | 'keys' | 'value' | 'label' | 'gives', string>>) => {
      const features = keys.split(' ').map((key, index) => {
        const times = `"event_time": "2026-01-0${index + 1}", "created_time": ""`
        return `{"id": ${key}, ${times}, "value": ${value}${index}}`
      })
      return `{"name": "${name}", "entities": ["id"], "ttl_us": 9223372036854775807, "features": [${features.join(', ')}],
        "labels": [{"id": ${label}, "t": "2026-03-01"}], "expected": [${gives}], "found": [${gives !== 'null'}]}`
    }
    const two = '9007199254740993 9007199254740992'
    const path = join(folder, 'big.json')
    const big = [
      text({ name: 'keys', keys: two, value: '1.', label: '9007199254740993', gives: '1.0' }),
      text({ name: 'no such key', keys: two, value: '1.', label: '9007199254740994', gives: 'null' }),
      text({ name: '65 bits', keys: '18446744073709551616 18446744073709551617', value: '1.', label: '18446744073709551616', gives: '1.0' }), // prettier-ignore
      text({ name: 'values', keys: '1', value: '900719925474099', label: '1', gives: '9007199254740990' }),
      text({ name: 'wrong value', keys: '1 1', value: '900719925474100', label: '1', gives: '9007199254741000' }),
    ]
    writeFileSync(path, `{"cases": [${big.join(', ')}]}`)
    expect(run(path)).toEqual({
      status: 1,
      out: 'wrong value: expected [9007199254741000] found [true], got [9007199254741001] found [true]\n4 passed, 1 failed\n',
    })
    const nan = text({ name: 'a NaN', keys: '1', value: 'NaN, "unused": ', label: '1', gives: 'NaN' })
    writeFileSync(path, `{"cases": [${nan}]}`)
    expect(run(path)).toEqual({ status: 0, out: '1 passed, 0 failed\n' })
  })

  it('says how it is used', () => {
    expect(run().status).toBe(2)
    expect(run(join(folder, 'nowhere.json')).status).toBe(2)
  })
})
