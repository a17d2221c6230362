/** Scores a file of JSON rows: each is written again as it was, with what the model says of it. */
import { Readable } from 'node:stream'
import { compileScoreReader } from '../../serving/assembly/score-reader.ts'
import { writeLines } from '../records/write-lines.ts'
import { type JsonRow, readJsonRows } from './json-rows.ts'
import { type JoinedFeatures, mergeJoined, openJoinedFeatures, readKeyedRow } from './open-joined-features.ts'
import { openScorer, type Scorer } from './open-scorer.ts'
import { planScore, type ScorePlan } from './plan-score.ts'
import { addedNames, assertFree, assertWanted, type ScoreReport, type ScoreRequest } from './score-request.ts'

export type JsonFormat = 'json-lines' | 'json'

const batchRows = 1000

/** The columns are those of the first row. A file without rows gives one without rows. */
export async function scoreJson(request: ScoreRequest, format: JsonFormat): Promise<ScoreReport> {
  const { release, bytes, input, at } = request
  const columns = await readColumns(input, format)
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

async function readColumns(input: string, format: JsonFormat): Promise<readonly string[] | null> {
  for await (const { row } of readJsonRows(input, format)) return Object.keys(row)
  return null
}

async function writeNothing({ out }: ScoreRequest, format: JsonFormat): Promise<ScoreReport> {
  await writeLines(out, Readable.from(format === 'json' ? ['[]\n'] : []))
  return { rows: 0, joined: [] }
}

async function joinRows(
  { input, progress }: ScoreRequest,
  plan: ScorePlan,
  { features }: JoinedFeatures,
  format: JsonFormat,
): Promise<void> {
  progress.step('keys')
  for await (const batch of inBatches(readJsonRows(input, format))) {
    await features.add(batch.map(({ row, place }) => readKeyedRow(row, plan, place)))
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
  for await (const batch of inBatches(readJsonRows(request.input, format))) {
    const texts = await scoreRows(scoring, batch, counted.rows)
    yield `${counted.rows === 0 ? '' : between}${texts.join(between)}`
    counted.rows += batch.length
    request.progress.step(`${counted.rows} rows`)
    assertWanted(request)
  }
  yield end
}

async function scoreRows(
  { request: { release, prefix }, scorer, joined }: JsonScoring,
  batch: readonly JsonRow[],
  first: number,
): Promise<readonly string[]> {
  const added = addedNames(release, prefix)
  for (const { row, place } of batch) assertFree(added, (name) => Object.hasOwn(row, name), place)
  const own = batch.map(({ row }) => row)
  const rows = joined === null ? own : mergeJoined(own, await joined.features.read(first, first + batch.length))
  const { write } = compileScoreReader(release, prefix)
  const scores = await scorer.score(rows, (index) => batch[index]?.place ?? '', write)
  const version = `${JSON.stringify(added.version)}:${release.version}`
  return batch.map(({ text }, index) => addMembers(text, `${scores[index] ?? ''},${version}`))
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
