/** Runs work in one transaction. */
import type { Connection, Pool } from './pool.ts'

/**
 * Commits what the work wrote, or nothing of it. When the connection breaks during the commit, whether it happened
 * is not known: the error says the database is not available, and the caller looks before it writes again.
 */
export async function withTransaction<T>(pool: Pool, work: (transaction: Connection) => Promise<T>): Promise<T> {
  const connection = await pool.connect()
  let healthy = false
  try {
    await connection.query('begin')
    const result = await work(connection)
    await connection.query('commit')
    healthy = true
    return result
  } catch (error) {
    healthy = await connection.query('rollback').then(
      () => true,
      () => false,
    )
    throw error
  } finally {
    await connection.release(!healthy)
  }
}
