/** One name for the files that a view's rows are from, where the rows known by a time hang on the bytes of these files alone. */
import { digestValue } from '../../core/digest.ts'
import type { SourceDefinition, ViewDefinition } from '../../core/feature-definition.ts'
import { compareText } from '../../core/finding.ts'
import type { SourceFiles } from '../ports.ts'

/**
 * Null: it is not certain. A transform may make of more rows other ones of the past; a view with other times than its source's may see
 * a row late; a query is another one each time; and not every folder knows versions.
 */
export async function nameDataFiles(
  view: ViewDefinition,
  sources: ReadonlyMap<string, SourceDefinition>,
  files: SourceFiles,
): Promise<string | null> {
  const [input, ...more] = view.inputs
  if (view.transform !== null || input?.kind !== 'DataSource' || more.length > 0) return null
  const source = sources.get(input.name)
  if (source?.place.type !== 'files') return null
  if (source.eventTime !== view.eventTime || source.createdTime !== view.createdTime) return null
  const found = await files.list(source.place.pattern)
  const named = found.flatMap(({ path, version }) => (version === undefined ? [] : [[path, version] as const]))
  if (named.length < found.length) return null
  return digestValue(named.sort(([a], [b]) => compareText(a, b)))
}
