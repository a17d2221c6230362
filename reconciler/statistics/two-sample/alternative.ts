/** What a test looks for, and p-values and intervals that follow from it. */
import type { Interval } from '../intervals/interval.ts'
import { normalCdf, normalSf } from '../special/normal.ts'
import { studentTCdf, studentTQuantile, studentTSf } from '../special/student-t.ts'

/** Of the first sample against the second; `less` says that the first is smaller. */
export type Alternative = 'two-sided' | 'less' | 'greater'

/** p-value of a statistic that is normal when nothing differs. */
export function normalPvalue(statistic: number, alternative: Alternative): number {
  switch (alternative) {
    case 'two-sided':
      return 2 * normalSf(Math.abs(statistic))
    case 'less':
      return normalCdf(statistic)
    case 'greater':
      return normalSf(statistic)
  }
}

/** p-value of a statistic that has Student's distribution when nothing differs. */
export function studentPvalue(statistic: number, df: number, alternative: Alternative): number {
  switch (alternative) {
    case 'two-sided':
      return 2 * studentTSf(Math.abs(statistic), df)
    case 'less':
      return studentTCdf(statistic, df)
    case 'greater':
      return studentTSf(statistic, df)
  }
}

export interface StudentEstimate {
  readonly estimate: number
  readonly standardError: number
  readonly df: number
}

/**
 * The interval of all values that a test against the alternative would not reject: one-sided alternatives leave one end open. With
 * a standard error of 0 the open end is undefined (NaN), the other is the estimate.
 */
export function studentInterval(given: StudentEstimate, confidence: number, alternative: Alternative): Interval {
  const { estimate, standardError, df } = given
  const open = Infinity * standardError
  switch (alternative) {
    case 'two-sided': {
      const half = studentTQuantile(0.5 + confidence / 2, df) * standardError
      return { low: estimate - half, high: estimate + half }
    }
    case 'less':
      return { low: -open, high: estimate + studentTQuantile(confidence, df) * standardError }
    case 'greater':
      return { low: estimate - studentTQuantile(confidence, df) * standardError, high: open }
  }
}
