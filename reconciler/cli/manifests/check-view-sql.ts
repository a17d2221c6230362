/** Findings of the SQL of views: their transforms and conditions are bound in the engine, against tables without rows. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ViewDefinition } from '../../core/feature-definition.ts'
import type { Finding } from '../../core/finding.ts'
import type { Resource } from '../../core/resource.ts'
import { openEngine } from '../../features/engine/open-engine.ts'
import { checkViews } from '../../features/views/check-views.ts'
import { type CommitContents, listBindable } from '../../manifests/assemble.ts'
import { buildFeatureDefinitions } from '../../manifests/feature-definitions.ts'
import { rules } from '../../manifests/explain.ts'

/** Nothing is run, only bound: a statement that takes longer hangs. */
const checkLimitMs = 60_000

/**
 * Of every view whose shape is known, with all that it reads; `before` is what other checks have found. Commits without SQL need no engine.
 * Throws what the engine throws.
 */
export async function checkViewSql({ files }: CommitContents, before: readonly Finding[]): Promise<readonly Finding[]> {
  const resources = listBindable(files)
  const definitions = buildFeatureDefinitions(resources)
  if (![...definitions.views.values()].some(hasSql)) return []
  const folder = await mkdtemp(join(tmpdir(), 'mainward-validate-'))
  try {
    const engine = await openEngine({ spillFolder: join(folder, 'spill'), threads: 1, timeLimitMs: checkLimitMs })
    try {
      const problems = await checkViews(engine, definitions)
      const found = problems.map(({ view, problem }) => ({ view, finding: findingOf(files, resources, view, problem) }))
      // Of a view without SQL the other checks have told the mistake in its own words.
      const isTold = (view: string, { file }: Finding): boolean =>
        !hasSql(definitions.views.get(view)) && before.some((known) => known.file === file && known.severity === 'error')
      return found.flatMap(({ view, finding }) => (isTold(view, finding) ? [] : [finding]))
    } finally {
      await engine.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function hasSql(view: ViewDefinition | undefined): boolean {
  return view !== undefined && (view.transform !== null || view.aggregations.some(({ where }) => where !== null))
}

/** At the transform, else at the view. */
function findingOf(files: CommitContents['files'], resources: readonly Resource[], view: string, problem: string): Finding {
  const resource = resources.find(({ kind, metadata }) => kind === 'FeatureView' && metadata.name === view)
  if (resource === undefined) throw new Error(`expected the view ${view} among the resources, found none`)
  const documents = files.find(({ path }) => path === resource.file)?.parsed.documents ?? []
  const positions = documents.find(({ kind, name }) => kind === 'FeatureView' && name === view)?.positions ?? {}
  const position = positions['/spec/transform'] ?? { line: resource.line, column: 1 }
  const message = `expected SQL that gives the rows of ${view}: ${onOneLine(problem)}`
  return { file: resource.file, ...position, rule: 'view-sql', message, severity: rules['view-sql'].severity }
}

/** DuckDB shows the line with an arrow below it: a finding is one line. */
function onOneLine(problem: string): string {
  return problem.replace(/\n\nLINE (\d+):[^]*$/, ' (line $1)').replace(/\s*\n\s*/g, ' ')
}
