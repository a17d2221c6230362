import { createServer } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { MainwardError } from '../../reconciler/core/error.ts'
import { openConnection, openPool, waitForDatabase } from '../../reconciler/database/pool.ts'
import { withTransaction } from '../../reconciler/database/transaction.ts'
import { createTestDatabase } from '../support/database.ts'

const database = await createTestDatabase()
const pool = openPool(database.url, { applicationName: 'pool test', statementTimeoutMs: 500 })
await pool.query('create table things (name text primary key)')

afterAll(async () => {
  await pool.end()
  await database.drop()
})

async function names(): Promise<readonly string[]> {
  return (await pool.query<{ name: string }>('select name from things order by name')).rows.map((row) => row.name)
}

/** Ends every other session of this database, as an administrator or a crash would. */
async function endSessions(): Promise<void> {
  const other = openPool(database.url, { applicationName: 'the administrator' })
  await other.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await other.end()
}

describe('a transaction', () => {
  it('keeps what the work wrote', async () => {
    const result = await withTransaction(pool, async (transaction) => {
      await transaction.query('insert into things values ($1), ($2)', ['a', 'b'])
      return 7
    })
    expect(result).toBe(7)
    expect(await names()).toEqual(['a', 'b'])
  })

  it('keeps nothing when the work fails, and the connection is good for the next', async () => {
    const work = withTransaction(pool, async (transaction) => {
      await transaction.query("insert into things values ('c')")
      await transaction.query("insert into things values ('a')")
    })
    await expect(work).rejects.toMatchObject({ code: '23505' })
    expect(await names()).toEqual(['a', 'b'])
  })

  it('keeps nothing when the connection breaks in the middle, and the pool goes on', async () => {
    const work = withTransaction(pool, async (transaction) => {
      await transaction.query("insert into things values ('d')")
      await endSessions()
      await transaction.query("insert into things values ('e')")
    })
    await expect(work).rejects.toMatchObject({ name: 'MainwardError', code: 'database-unavailable', retry: 'backoff' })
    expect(await names()).toEqual(['a', 'b'])
  })

  it('says conflict when two serializable ones collide', async () => {
    const collide = (): Promise<void> =>
      withTransaction(pool, async (transaction) => {
        await transaction.query('set transaction isolation level serializable')
        await transaction.query('select count(*) from things')
        await new Promise((resolve) => setTimeout(resolve, 100))
        await transaction.query('insert into things values (gen_random_uuid()::text)')
      })
    const outcomes = await Promise.allSettled([collide(), collide()])
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(failed).toHaveLength(1)
    expect(failed[0]?.reason).toMatchObject({ code: 'conflict', retry: 'backoff' })
  })
})

describe('a pool', () => {
  it('lets the server stop a statement that takes too long', async () => {
    await expect(pool.query('select pg_sleep(5)')).rejects.toMatchObject({ code: 'timeout', retry: 'backoff' })
  })

  it('leaves a wrong query what it is', async () => {
    const failure: unknown = await pool.query('select nothing from nowhere').catch((error: unknown) => error)
    expect(failure).not.toBeInstanceOf(MainwardError)
    expect(failure).toMatchObject({ code: '42P01' })
  })

  it('replaces idle connections that broke', async () => {
    await Promise.all([pool.query('select 1'), pool.query('select 2')])
    await endSessions()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await pool.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it.each([
    ['nobody listens', 'postgres://u:p@127.0.0.1:1/x'],
    ['the host has no address', 'postgres://u:p@no-such-host.invalid:5432/x'],
    ['the password is wrong', database.url.replace(/:[^:@]+@/, ':wrong@')],
    ['the database does not exist', database.url.replace(/test_\w+/, 'test_none')],
  ])('says that the database is not available when %s', async (_case, url) => {
    const broken = openPool(url, { applicationName: 'broken' })
    const failure: unknown = await broken.query('select 1').catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'MainwardError', code: 'database-unavailable', retry: 'backoff' })
    await broken.end()
  })

  it('gives up on a server that accepts and then says nothing', async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const address = silent.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const frozen = openPool(`postgres://u:p@127.0.0.1:${port}/x`, { applicationName: 'frozen' })
    await expect(frozen.query('select 1')).rejects.toMatchObject({ code: 'database-unavailable' })
    silent.close()
    await frozen.end()
  }, 15_000)
})

describe('a single connection', () => {
  it('tells when it is lost, also when asked later', async () => {
    const connection = await openConnection(database.url, { applicationName: 'single' })
    const lost = new Promise<Error>((resolve) => {
      connection.onLost(resolve)
    })
    await endSessions()
    expect((await lost).message).toMatch(/terminat|ended/)
    const again: Error[] = []
    connection.onLost((error) => again.push(error))
    expect(again).toHaveLength(1)
    await connection.release()
  })

  it('tells nothing when it was closed on purpose', async () => {
    const connection = await openConnection(database.url, { applicationName: 'single' })
    const lost: Error[] = []
    connection.onLost((error) => lost.push(error))
    await connection.release()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(lost).toEqual([])
  })
})

describe('waiting for a database', () => {
  it('goes on until it answers', async () => {
    let attempts = 0
    const late = {
      query: (text: string) => {
        attempts++
        if (attempts < 4) throw new MainwardError('database-unavailable', 'not yet', { retry: 'backoff' })
        return pool.query<never>(text)
      },
    }
    await waitForDatabase(late, 5_000)
    expect(attempts).toBe(4)
  })

  it('says what was wrong when the time is over', async () => {
    const never = openPool('postgres://u:p@127.0.0.1:1/x', { applicationName: 'never' })
    await expect(waitForDatabase(never, 200)).rejects.toMatchObject({ code: 'database-unavailable' })
    await never.end()
  })
})
