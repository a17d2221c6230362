/** Where a manual data clock begins, as the command line takes it. */
import { expect, it } from 'vitest'
import { reconcileArguments, type UpOptions } from '../../../reconciler/cli/up/up-options.ts'
import { runCommand } from '../../support/run-command.ts'

it.each([
  [['--data-start', '2013-06-01T07:00:00Z'], '--data-start: the data clock is the time of day'],
  [['--data-clock', 'manual', '--data-start', '2013-06-01 07:00'], '--data-start: expected a time with a zone'],
  [['--data-clock', 'manual', '--data-start', 'June'], 'found June'],
])('is refused: %s', async (options, message) => {
  const { code, errors } = await runCommand('/', ['up', ...options])
  expect([code, errors]).toEqual([2, expect.stringContaining(message) as unknown])
})

it('is told to the control plane', () => {
  const options = { branch: 'main', path: '', dataClock: 'manual', dataStart: '2013-06-01T07:00:00.000Z' } as UpOptions
  const told = { ...options, pollSeconds: null, tokenFile: null }
  expect(reconcileArguments(told, '/s', null).join(' ')).toContain('--data-clock manual --data-start 2013-06-01T07:00:00.000Z')
})
