/** The one thing that every query needs: a pool or a connection that runs it. */
import type { QueryResult, QueryResultRow } from 'pg'

export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>
}
