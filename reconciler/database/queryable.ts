/** The one thing that every query needs: a pool or a connection that runs it. */
import type { QueryResult, QueryResultRow } from 'pg'

export interface Queryable {
  /** With a name, each connection parses and plans the text once: a name has one text. */
  query<Row extends QueryResultRow>(text: string, values?: unknown[], name?: string): Promise<QueryResult<Row>>
}
