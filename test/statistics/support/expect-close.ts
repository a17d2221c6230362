/** Compares numbers of which both may be undefined. */
import { expect } from 'vitest'

/** Equal within 1e-10 of 1 or of the expected value, or both NaN. */
export function expectClose(got: number | undefined, expected: number, name: string): void {
  if (Number.isNaN(expected)) expect(got, name).toBeNaN()
  else
    expect(Math.abs((got ?? NaN) - expected), `${name}: ${got} instead of ${expected}`).toBeLessThanOrEqual(
      1e-10 * Math.max(1, Math.abs(expected)),
    )
}
