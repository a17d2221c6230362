/** Scores a Parquet or CSV file: its columns stay as they are, those of the model stand behind them. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import type { Datatype } from '../../core/release.ts'
import { appendRows, createTable } from '../../features/engine/append-rows.ts'
import type { Engine, EngineColumn } from '../../features/engine/engine.ts'
import { openEngine } from '../../features/engine/open-engine.ts'
import {
  type AddedColumn,
  isNested,
  openRowFile,
  readRowFile,
  type RowFile,
  type RowFileFormat,
  writeRowFile,
} from '../../features/row-file/row-file.ts'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { compileScoreTexts } from '../../serving/assembly/score-texts.ts'
import { type JoinedFeatures, keyOrReject, mergeJoined, openJoinedFeatures } from './open-joined-features.ts'
import { openScorer, type Scorer } from './open-scorer.ts'
import { writeInPlace } from './out-file.ts'
import { planScore, type ScorePlan } from './plan-score.ts'
import { type ReadTableCell, readTextCell, readTyped } from './read-cell.ts'
import { addedNames, assertFree, assertWanted, type ScoreReport, type ScoreRequest } from './score-request.ts'

const pageRows = 5000

const scoreTable = 'score:scores'

const scoreColumns: readonly EngineColumn[] = [
  { name: '__row', type: 'BIGINT' },
  { name: 'score', type: 'VARCHAR' },
  { name: 'decision', type: 'BOOLEAN' },
  { name: 'label', type: 'VARCHAR' },
  { name: 'version', type: 'INTEGER' },
]

interface OpenTable {
  readonly engine: Engine
  readonly file: RowFile
  readonly plan: ScorePlan
  readonly joined: JoinedFeatures | null
}

/** A file without rows gives one without rows. */
export async function scoreRowFile(request: ScoreRequest, format: RowFileFormat): Promise<ScoreReport> {
  const table = await openTable(request, format)
  try {
    const { file, plan } = table
    const added = addedNames(request.release, request.prefix)
    assertFree(added, (name) => file.columns.some((column) => column.name === name), request.input)
    if (table.joined !== null) await joinRows(request, table, table.joined)
    const scorer = await openScorer({ release: request.release, bytes: request.bytes, program: plan.program })
    try {
      const rows = await writeScores(request, table, scorer)
      return { rows, joined: plan.joined.map(({ view }) => view.name) }
    } finally {
      await scorer.close()
    }
  } finally {
    await table.engine.close()
  }
}

/** Which views are joined is known when the columns are: then the file is opened again, in the engine that has them. */
async function openTable(request: ScoreRequest, format: RowFileFormat): Promise<OpenTable> {
  const { release, input, at, features, progress } = request
  progress.step(basename(input))
  const engine = await openEngine({ ...features.engine, ...progress.engine })
  try {
    const file = await openRowFile(engine, input, format)
    const plan = planScore(release, { columns: file.columns.map(({ name }) => name), file: input, at })
    if (plan.joined.length === 0) return { engine, file, plan, joined: null }
    await engine.close()
    return await openJoinedTable(request, plan, format)
  } catch (thrown) {
    await engine.close()
    throw thrown
  }
}

async function openJoinedTable(request: ScoreRequest, plan: ScorePlan, format: RowFileFormat): Promise<OpenTable> {
  const { input, out } = request
  const joined = await openJoinedFeatures(request, plan, { files: [input], folders: [dirname(out)] })
  const { engine } = joined
  try {
    return { engine, file: await openRowFile(engine, await realpath(input), format), plan, joined }
  } catch (thrown) {
    await engine.close()
    throw thrown
  }
}

async function joinRows(
  { input, progress, rejections }: ScoreRequest,
  table: OpenTable,
  { features }: JoinedFeatures,
): Promise<void> {
  const { plan, file } = table
  const columns = [...new Set([...plan.keys.map(({ name }) => name), plan.at ?? ''])]
  const dtypes = new Map<string, FeatureDtype>([
    ...plan.keys.map(({ name, dtype }) => [name, dtype] as const),
    [plan.at ?? '', 'timestamp'],
  ])
  progress.step('keys')
  for (let first = 0; first < file.rows; first += pageRows) {
    const rows = await readRows(table, columns, dtypes, first)
    const asking = rows.map((row, index) => ({ index: first + index, row, place: placeOf(input, first + index) }))
    await features.add(asking.map((each) => keyOrReject(rejections, plan, { ...each, input: textOf(each.row) })))
  }
  progress.step('join')
  await features.join()
}

/** How many rows have scores. */
async function writeScores(request: ScoreRequest, table: OpenTable, scorer: Scorer): Promise<number> {
  const { release, out, progress, rejections } = request
  const { engine, file } = table
  const read = compileScoreTexts(release)
  const lists = { score: false, label: false }
  await createTable(engine, scoreTable, scoreColumns)
  for (let first = 0; first < file.rows; first += pageRows) {
    const rows = (await readPage(table, first))
      .map((row, index) => ({ row, index: first + index }))
      .filter(({ index }) => !rejections.has(index))
    const scores = await scorer.score(
      rows.map(({ row }) => row),
      {
        placeOf: (at) => placeOf(request.input, rows[at]?.index ?? 0),
        read,
        reject: (at, error) => rejections.reject({ row: rows[at]?.index ?? 0, error, input: textOf(rows[at]?.row ?? {}) }),
      },
    )
    const cells = scores.flatMap((scored, at) =>
      scored === null ? [] : [[BigInt(rows[at]?.index ?? 0), scored.score, scored.decision, scored.label, release.version]],
    )
    await appendRows(engine, scoreTable, scoreColumns, cells)
    lists.score ||= scores.some((scored) => isList(scored?.score))
    lists.label ||= scores.some((scored) => isList(scored?.label))
    progress.step(`${Math.min(first + pageRows, file.rows)} of ${file.rows} rows`)
    assertWanted(request)
  }
  progress.step(basename(out))
  const added = describeAdded(request, scorer, file, lists)
  await writeInPlace(out, async (half) => {
    // The engine reaches real paths alone.
    const to = join(await realpath(dirname(half)), basename(half))
    await writeRowFile(engine, file, { relation: scoreTable, added, to })
  })
  return file.rows - rejections.count
}

/** As a request would have it: the columns that were read. */
function textOf(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
}

async function readPage(table: OpenTable, first: number): Promise<readonly Row[]> {
  const { plan, joined } = table
  const rows = await readRows(table, plan.read, plan.dtypes, first)
  return joined === null ? rows : mergeJoined(rows, await joined.features.read(first, first + rows.length))
}

async function readRows(
  { engine, file }: OpenTable,
  names: readonly string[],
  dtypes: ReadonlyMap<string, FeatureDtype>,
  first: number,
): Promise<readonly Row[]> {
  const columns = file.columns
    .filter(({ name }) => names.includes(name))
    .map(({ name, type }) => ({ name, type, read: readerOf(file, dtypes.get(name), type) }))
  return readRowFile(engine, columns, first, Math.min(first + pageRows, file.rows))
}

function readerOf({ format }: RowFile, dtype: FeatureDtype | undefined, type: string): ReadTableCell {
  return format === 'csv' ? readTextCell(dtype) : readTyped(dtype, isNested(type))
}

interface Lists {
  readonly score: boolean
  readonly label: boolean
}

function describeAdded(
  { release, prefix }: ScoreRequest,
  { outputs }: Scorer,
  file: RowFile,
  lists: Lists,
): readonly AddedColumn[] {
  const names = addedNames(release, prefix)
  const typeOf = (output: string | undefined, list: boolean): string => {
    const datatype = outputs.get(output ?? '')
    if (file.format === 'csv' || datatype === undefined || datatype === 'BYTES') return 'VARCHAR'
    return `${elementTypes[datatype]}${list ? '[]' : ''}`
  }
  const { score, label } = release.signature.outputs
  return [
    { name: names.score, type: typeOf(score, lists.score), from: 'score' },
    ...(names.decision === null ? [] : [{ name: names.decision, type: 'BOOLEAN', from: 'decision' }]),
    ...(names.label === null ? [] : [{ name: names.label, type: typeOf(label, lists.label), from: 'label' }]),
    { name: names.version, type: 'INTEGER', from: 'version' },
  ]
}

function isList(text: string | null | undefined): boolean {
  return text?.startsWith('[') === true
}

/** The text of a number is read as that very number again. */
const elementTypes = {
  BOOL: 'BOOLEAN',
  UINT8: 'UTINYINT',
  UINT16: 'USMALLINT',
  UINT32: 'UINTEGER',
  UINT64: 'UBIGINT',
  INT8: 'TINYINT',
  INT16: 'SMALLINT',
  INT32: 'INTEGER',
  INT64: 'BIGINT',
  FP16: 'FLOAT',
  FP32: 'FLOAT',
  FP64: 'DOUBLE',
} as const satisfies Record<Exclude<Datatype, 'BYTES'>, string>

function placeOf(input: string, row: number): string {
  return `row ${row + 1} of ${input}`
}
