/** The inside of an engine's process: one in-memory DuckDB that answers one call after the other. Started by engine-holder.ts. */
import { rmSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { BIGINT, BOOLEAN, DOUBLE, DuckDBInstance, HUGEINT, SQLNULL, VARCHAR } from '@duckdb/node-api'
import type { DuckDBAppender, DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import { assertNever } from '../../core/assert-never.ts'
import { MainwardError } from '../../core/error.ts'
import { builtFile } from '../../core/package-root.ts'
import { answerCalls, sendNews } from '../../processes/answer-calls.ts'
import { appendRow, planAppend } from './append-cells.ts'
import { memoryAllowanceBytes, type EngineCall, type EngineNews, type EngineSettings, type EngineTable } from './engine-calls.ts'
import type { Cell } from './engine.ts'
import type { GuardSettings } from './engine-guard.ts'
import { explainFailure } from './explain-failure.ts'
import { quoteList, quoteName } from './quote.ts'
import { hashRows } from './hash-rows.ts'
import { readCells } from './read-cells.ts'

interface Loading {
  readonly table: string
  readonly appender: DuckDBAppender
  readonly plan: ReturnType<typeof planAppend>
}

interface State {
  settings: EngineSettings | null
  guard: Worker | null
  instance: DuckDBInstance | null
  connection: DuckDBConnection | null
  loading: Loading | null
}

const progressEveryMs = 200

main()

function main(): void {
  const state: State = { settings: null, guard: null, instance: null, connection: null, loading: null }
  answerCalls<EngineCall, EngineTable | null>({
    answer: (call) => answer(state, call),
    // What this process refuses by itself is an answer that is too large.
    explain: (thrown) => (thrown instanceof MainwardError ? thrown : explainFailure(thrown)),
    leave: () => removeSpilled(state),
  })
}

/** Nobody else is there to do it. */
function removeSpilled({ settings }: State): void {
  if (settings !== null) rmSync(settings.spillFolder, { recursive: true, force: true })
}

async function answer(state: State, call: EngineCall): Promise<EngineTable | null> {
  if (call.type === 'open') {
    await open(state, call.settings)
    return null
  }
  const { connection, settings } = state
  if (connection === null || settings === null) throw new Error('the first call opens')
  switch (call.type) {
    case 'query':
      return withProgress(connection, settings, () => query(connection, call, settings.resultLimitBytes))
    case 'hash':
      return withProgress(connection, settings, async () => {
        const hash = await hashRows(await connection.stream(call.sql), call.head)
        return { names: ['hash'], rows: [[hash]] }
      })
    case 'load':
      state.loading = await startLoad(connection, call)
      return null
    case 'append':
      append(state.loading, call.rows)
      return null
    case 'endLoad':
      state.loading?.appender.closeSync()
      state.loading = null
      return null
    case 'dropLoad':
      await dropLoad(connection, state.loading)
      state.loading = null
      return null
    case 'lock':
      await lock(connection, settings)
      return null
    case 'shut':
      shut(state)
      return { names: ['bytes'], rows: [[process.memoryUsage.rss()]] }
    default:
      return assertNever(call)
  }
}

async function open(state: State, settings: EngineSettings): Promise<void> {
  state.settings = settings
  const guard: GuardSettings = {
    parent: process.ppid,
    memoryLimitBytes: settings.memoryLimitBytes + memoryAllowanceBytes,
    spillFolder: settings.spillFolder,
    spillLimitBytes: settings.spillLimitBytes,
  }
  state.guard = watch(state.guard, guard)
  state.instance = await DuckDBInstance.create(':memory:', {
    threads: String(settings.threads),
    memory_limit: `${settings.memoryLimitBytes}B`,
    temp_directory: settings.spillFolder,
    max_temp_directory_size: `${settings.spillLimitBytes}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_persistent_secrets: 'false',
  })
  state.connection = await state.instance.connect()
  await state.connection.run(`set TimeZone = 'UTC'; set enable_progress_bar = true; set enable_progress_bar_print = false`)
}

function watch(running: Worker | null, settings: GuardSettings): Worker {
  if (running !== null) {
    running.postMessage(settings)
    return running
  }
  const guard = new Worker(builtFile('features/engine/engine-guard.js'), { workerData: settings })
  guard.unref()
  return guard
}

/** Tables, settings and the lock go with the database; the process stays. */
function shut(state: State): void {
  state.loading?.appender.closeSync()
  state.connection?.closeSync()
  state.instance?.closeSync()
  Object.assign(state, { loading: null, connection: null, instance: null })
}

async function lock(connection: DuckDBConnection, { files, folders }: EngineSettings): Promise<void> {
  await connection.run(`set allowed_paths = ${quoteList(files)}`)
  await connection.run(`set allowed_directories = ${quoteList(folders)}`)
  await connection.run('set enable_external_access = false')
  await connection.run('set lock_configuration = true')
}

async function query(
  connection: DuckDBConnection,
  { sql, parameters }: Extract<EngineCall, { type: 'query' }>,
  limitBytes: number,
): Promise<EngineTable> {
  const result =
    parameters.length === 0 ? await connection.stream(sql) : await connection.stream(sql, [...parameters], parameters.map(typeOf))
  return readCells(result, limitBytes)
}

function typeOf(value: Cell): DuckDBType {
  if (value === null) return SQLNULL
  if (typeof value === 'boolean') return BOOLEAN
  if (typeof value === 'number') return DOUBLE
  if (typeof value === 'string') return VARCHAR
  return BigInt.asIntN(64, value) === value ? BIGINT : HUGEINT
}

async function startLoad(
  connection: DuckDBConnection,
  { table, columns }: Extract<EngineCall, { type: 'load' }>,
): Promise<Loading> {
  const plan = planAppend(columns)
  const list = columns.map(({ name, type }) => `${quoteName(name)} ${type}`).join(', ')
  await connection.run(`create table ${quoteName(table)} (${list})`)
  return { table, plan, appender: await connection.createAppender(table) }
}

function append(loading: Loading | null, rows: readonly (readonly Cell[])[]): void {
  if (loading === null) throw new Error('rows come after the start of a load')
  for (const row of rows) appendRow(loading.appender, loading.plan, row)
}

async function dropLoad(connection: DuckDBConnection, loading: Loading | null): Promise<void> {
  if (loading === null) return
  // What is not flushed yet would be by closing: a row in the middle cannot be.
  loading.appender.clear()
  await connection.run(`drop table ${quoteName(loading.table)}`)
}

async function withProgress<T>(connection: DuckDBConnection, settings: EngineSettings, work: () => Promise<T>): Promise<T> {
  if (!settings.progress) return work()
  const timer = setInterval(() => {
    const { percentage } = connection.progress
    if (percentage >= 0) sendNews<EngineNews>({ share: percentage / 100 })
  }, progressEveryMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
