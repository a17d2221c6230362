/** The rule on data files: the one that a source names is in the commit. Only whether it exists is looked at: it may be large. */
import type { Finding } from '../core/finding.ts'
import { findingIn, type CommitView } from './commit-view.ts'
import { isGlob, isInnerPath } from './inner-path.ts'
import type { DataSourceSpec } from './kinds/data-source.ts'

export function checkDataFiles(view: CommitView): readonly Finding[] {
  const { dataFiles } = view
  if (dataFiles === null) return []
  return view.entries.flatMap((entry): readonly Finding[] => {
    if (entry.document.kind !== 'DataSource' || entry.document.spec === null) return []
    const { place } = entry.document.spec as DataSourceSpec
    if (place.type !== 'files' || isGlob(place.pattern) || !isInnerPath(place.pattern) || dataFiles.has(place.pattern)) return []
    const message = `expected the data file ${place.pattern}, found no such file`
    const hint = 'commit it, or see that it lies there where training sets are made'
    return [findingIn(entry, '/spec/file', { rule: 'data-file-missing', message, hint })]
  })
}
