/** Scores a file of JSON rows: each is written again as it was, with what the model says of it. */
import { Readable } from 'node:stream'
import type { Row } from '../../inference/rows/row-assembler.ts'
import { compileScoreReader } from '../../serving/assembly/score-reader.ts'
import { writeLines } from '../records/write-lines.ts'
import { type JsonRow, readJsonRows } from './json-rows.ts'
import { type JoinedFeatures, keyOrReject, mergeJoined, noKeys, openJoinedFeatures } from './open-joined-features.ts'
import { openScorer, type Scorer } from './open-scorer.ts'
import { planScore, type ScorePlan } from './plan-score.ts'
import type { Rejections } from './rejections.ts'
import { addedNames, assertFree, assertWanted, type ScoreReport, type ScoreRequest } from './score-request.ts'

export type JsonFormat = 'json-lines' | 'json'

const batchRows = 1000

/** The columns are those of the first row that is one. A file without rows gives one without rows. */
export async function scoreJson(request: ScoreRequest, format: JsonFormat): Promise<ScoreReport> {
  const { release, bytes, input, at } = request
  const columns = await readColumns(request, format)
  if (columns === null) return writeNothing(request, format)
  const plan = planScore(release, { columns, file: input, at })
  const scorer = await openScorer({ release, bytes, program: plan.program })
  const joined = plan.joined.length === 0 ? null : await openJoinedFeatures(request, plan, { files: [], folders: [] })
  try {
    if (joined !== null) await joinRows(request, plan, joined, format)
    return { rows: await writeScores({ request, format, scorer, joined }), joined: plan.joined.map(({ view }) => view.name) }
  } finally {
    await joined?.engine.close()
    await scorer.close()
  }
}

/** Null: there is no row. */
async function readColumns({ input, rejections }: ScoreRequest, format: JsonFormat): Promise<readonly string[] | null> {
  let index = 0
  for await (const each of readJsonRows(input, format)) {
    if (each.row !== null) return Object.keys(each.row)
    rejectText(rejections, index++, each)
  }
  return null
}

/** Those that are rows, and were not rejected; the others are rejected once. `index` is that in the file. */
function selectRows(rejections: Rejections, batch: readonly JsonRow[], first: number): readonly FoundRow[] {
  return batch.flatMap((each, offset): readonly FoundRow[] => {
    const [index, { row, text, place }] = [first + offset, each]
    if (rejections.has(index)) return []
    if (row !== null) return [{ index, row, text, place }]
    rejectText(rejections, index, each)
    return []
  })
}

interface FoundRow {
  readonly index: number
  readonly row: Row
  readonly text: string
  readonly place: string
}

function rejectText(rejections: Rejections, index: number, { problem, text }: JsonRow): void {
  if (problem !== null) rejections.reject({ row: index, error: problem, input: JSON.stringify(text) })
}

async function writeNothing({ out }: ScoreRequest, format: JsonFormat): Promise<ScoreReport> {
  await writeLines(out, Readable.from(format === 'json' ? ['[]\n'] : []))
  return { rows: 0, joined: [] }
}

async function joinRows(
  { input, progress, rejections }: ScoreRequest,
  plan: ScorePlan,
  { features }: JoinedFeatures,
  format: JsonFormat,
): Promise<void> {
  progress.step('keys')
  let first = 0
  for await (const batch of inBatches(readJsonRows(input, format))) {
    const found = new Map(selectRows(rejections, batch, first).map((row) => [row.index, row]))
    const keyed = batch.map((_, offset) => {
      const row = found.get(first + offset)
      return row === undefined ? noKeys(plan) : keyOrReject(rejections, plan, { ...row, input: row.text })
    })
    await features.add(keyed)
    first += batch.length
  }
  progress.step('join')
  await features.join()
}

interface JsonScoring {
  readonly request: ScoreRequest
  readonly format: JsonFormat
  readonly scorer: Scorer
  readonly joined: JoinedFeatures | null
}

async function writeScores(scoring: JsonScoring): Promise<number> {
  const counted = { rows: 0 }
  await writeLines(scoring.request.out, writeTexts(scoring, counted))
  return counted.rows
}

async function* writeTexts(scoring: JsonScoring, counted: { rows: number }): AsyncGenerator<string> {
  const { request, format } = scoring
  const [head, between, end] = format === 'json' ? ['[', ',\n ', ']\n'] : ['', '\n', '\n']
  yield head
  let first = 0
  for await (const batch of inBatches(readJsonRows(request.input, format))) {
    const texts = await scoreRows(scoring, batch, first)
    if (texts.length > 0) yield `${counted.rows === 0 ? '' : between}${texts.join(between)}`
    first += batch.length
    counted.rows += texts.length
    request.progress.step(`${first} rows`)
    assertWanted(request)
  }
  if (format === 'json' || counted.rows > 0) yield end
}

async function scoreRows(
  { request: { release, prefix, rejections }, scorer, joined }: JsonScoring,
  batch: readonly JsonRow[],
  first: number,
): Promise<readonly string[]> {
  const added = addedNames(release, prefix)
  const found = selectRows(rejections, batch, first)
  for (const { row, place } of found) assertFree(added, (name) => Object.hasOwn(row, name), place)
  const own = found.map(({ row }) => row)
  const features = joined === null ? null : await joined.features.read(first, first + batch.length)
  const rows =
    features === null
      ? own
      : mergeJoined(
          own,
          found.map(({ index }) => features[index - first] ?? {}),
        )
  const { write } = compileScoreReader(release, prefix)
  const scores = await scorer.score(rows, {
    placeOf: (at) => found[at]?.place ?? '',
    read: write,
    reject: (at, error) => rejections.reject({ row: found[at]?.index ?? 0, error, input: found[at]?.text ?? null }),
  })
  const version = `${JSON.stringify(added.version)}:${release.version}`
  return found.flatMap(({ text }, at) => {
    const members = scores[at] ?? null
    return members === null ? [] : [addMembers(text, `${members},${version}`)]
  })
}

/** The text of an object with further members at its end: what was there stays as it was written. */
function addMembers(text: string, members: string): string {
  const open = text.trimEnd().slice(0, -1).trimEnd()
  return `${open}${open.endsWith('{') ? '' : ','}${members}}`
}

async function* inBatches(rows: AsyncIterable<JsonRow>): AsyncGenerator<readonly JsonRow[]> {
  let batch: JsonRow[] = []
  for await (const row of rows) {
    batch.push(row)
    if (batch.length < batchRows) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
