/** A folder of source files, and an engine that reads them: for tests of sources and views. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SourceColumn, SourceDefinition } from '../../../../reconciler/core/feature-definition.ts'
import type { Cell, Engine, EngineRow } from '../../../../reconciler/features/engine/engine.ts'
import type { QueryReader, SecretReader, SourceFile, SourceFiles } from '../../../../reconciler/features/ports.ts'
import { prepareSource, sourceRelation, type SourceReport } from '../../../../reconciler/features/sources/prepare-source.ts'
import { resolveSource } from '../../../../reconciler/features/sources/resolve-source.ts'
import type { TimeRange } from '../../../../reconciler/features/sources/time-range.ts'
import { prepareEngines, type TestEngines } from '../../engine/support/test-engine.ts'

export const micros = (text: string): bigint => BigInt(Date.parse(text)) * 1000n

export const noQueries: QueryReader = { read: () => Promise.reject(new Error('no query was expected')) }
export const noSecrets: SecretReader = { read: () => Promise.reject(new Error('no secret was expected')) }

export interface Prepared {
  readonly engine: Engine
  readonly report: SourceReport
  /** Rows of the source table, by `__row`. */
  readonly rows: () => Promise<readonly EngineRow[]>
  /** Of the columns, in the definition's order. */
  readonly cells: () => Promise<readonly (readonly Cell[])[]>
}

export class SourceLab {
  readonly #engines: TestEngines = prepareEngines()
  readonly #paths: string[] = []

  at(path: string): string {
    return join(this.#engines.folder, 'data', path)
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.at(path)), { recursive: true })
    writeFileSync(this.at(path), content)
    this.#paths.push(path)
  }

  /** Writes Parquet with DuckDB, by a SELECT. */
  async writeParquet(path: string, select: string): Promise<void> {
    this.write(path, '')
    const engine = await this.#engines.open()
    await engine.query(`copy (${select}) to '${this.at(path)}' (format parquet, row_group_size 2048)`)
    await engine.close()
  }

  /** Matches like a shell; the real port is cli's. */
  get files(): SourceFiles {
    const all = (): readonly SourceFile[] =>
      [...new Set(this.#paths)].reverse().map((path) => ({ path, localPath: this.at(path) }))
    return { list: (pattern) => Promise.resolve(all().filter(({ path }) => path === pattern || matches(path, pattern))) }
  }

  openEngine(): Promise<Engine> {
    return this.#engines.open({ folders: [this.#engines.folder] })
  }

  /** Prepares, and locks the engine to the source's files, as every caller does. */
  async prepare(
    definition: SourceDefinition,
    options: { readonly range?: TimeRange; readonly now?: bigint } = {},
  ): Promise<Prepared> {
    const source = await resolveSource(definition, this.files)
    const engine = await this.#engines.open({ files: source.files.map(({ localPath }) => localPath) })
    const { now = micros('2030-01-01T00:00:00Z'), range } = options
    const context = { queries: noQueries, secrets: noSecrets, now, ...(range === undefined ? {} : { range }) }
    const report = await prepareSource(engine, source, context)
    await engine.lock()
    const rows = (): Promise<readonly EngineRow[]> => engine.query(`from ${sourceRelation(definition.name)} order by "__row"`)
    const cells = async () => (await rows()).map((row) => definition.columns.map(({ name }) => row[name] ?? null))
    return { engine, report, rows, cells }
  }

  close(): Promise<void> {
    return this.#engines.close()
  }
}

function matches(path: string, pattern: string): boolean {
  const regular = pattern
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replaceAll('**', '\u0001')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0001', '.*')
  return new RegExp(`^${regular}$`).test(path)
}

export const column = (name: string, dtype: SourceColumn['dtype']): SourceColumn => ({ name, dtype })

interface FileOptions extends Partial<Omit<SourceDefinition, 'place'>> {
  readonly pattern: string
  readonly format?: 'csv' | 'parquet'
  readonly partitions?: readonly string[]
}

export function fileSource({ pattern, format, partitions = [], ...rest }: FileOptions): SourceDefinition {
  return {
    name: 's',
    place: { type: 'files', format: format ?? (pattern.endsWith('.csv') ? 'csv' : 'parquet'), pattern, partitions },
    columns: [],
    eventTime: null,
    createdTime: null,
    timeZone: null,
    rowKey: [],
    ...rest,
  }
}
