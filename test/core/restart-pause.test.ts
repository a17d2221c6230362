import { expect, it } from 'vitest'
import { countFailures, restartPauseMs } from '../../reconciler/core/restart-pause.ts'

it('doubles from 0.1 s up to 10 s', () => {
  expect([1, 2, 3, 7, 8, 1_000].map(restartPauseMs)).toEqual([100, 200, 400, 6_400, 10_000, 10_000])
})

it('begins again after a life of half a minute', () => {
  expect(countFailures(5, 29_999)).toBe(6)
  expect(countFailures(5, 30_000)).toBe(1)
})
