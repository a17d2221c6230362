/** What features/ needs of the world outside: files of sources, rows of queries, pushed rows, secrets. Wired in cli/. */
import type { SecretRef } from '../core/feature-definition.ts'

export interface SourceFile {
  /** From the root of the reconciled path, with `/`: what messages say, and what partitions are read from. */
  readonly path: string
  /** Where its bytes lie on this machine. */
  readonly localPath: string
  /** Names its bytes: files of one path and one version hold the same. Absent: nobody knows. */
  readonly version?: string
}

export interface SourceFiles {
  /** The files that a path or glob names, in any order; none when nothing matches. */
  list(pattern: string): Promise<readonly SourceFile[]>
}

export interface QueryColumn {
  readonly name: string
  /** The type's name in the database, as `pg_type.typname`: `int4`, `timestamptz`. */
  readonly type: string
}

export interface QueryRows {
  readonly columns: readonly QueryColumn[]
  /** Values in the database's text form; times with a zone are in UTC. One snapshot. */
  readonly batches: AsyncIterable<readonly (readonly (string | null)[])[]>
}

export interface QueryReader {
  /** Runs `use` with the rows of one statement, read in one snapshot; closes the connection in any case. */
  read<T>(connection: string, query: string, use: (rows: QueryRows) => Promise<T>): Promise<T>
}

export interface SecretReader {
  /** The value now. Throws a MainwardError that names the reference, never the value. */
  read(reference: SecretRef): Promise<string>
}

/** Rows that were pushed, in segments: Parquet files of the artifact store. */
export interface PushedSegments {
  /**
   * Paths on this machine of the segments of the view's definition, in any order; none when nothing was pushed. Those of which every row
   * was pushed after `untilUs` (microseconds since the epoch; null: no such time) may be left out.
   */
  list(view: string, untilUs: bigint | null): Promise<readonly string[]>
}
