/** A report as JSON for programs. Pure. */
import { canonicalJson } from '../core/digest.ts'
import type { Report } from '../core/report.ts'

/** RFC 8785, with a line break at the end: the same value gives the same bytes. */
export function renderReportJson(report: Report): string {
  return `${canonicalJson(report)}\n`
}
