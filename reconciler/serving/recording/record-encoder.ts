/** Writes served entries as lines of the record format. Compiled once a release, as most of a line is the same in all of them. */
import { type Instant, toInstant } from '../../core/clock.ts'
import type { Digest } from '../../core/digest.ts'
import { takenName } from '../../core/online-view.ts'
import type { Release } from '../../core/release.ts'
import { cleanText } from './clean-text.ts'
import { drawableShare } from './draw-unit.ts'
import { writeOnDemand, writeSentMembers } from './computed-text.ts'
import { writeJoinedViews, writeKeyMembers } from './joined-text.ts'
import { readRecordingSettings, unitName } from './recording-settings.ts'
import { compileRowText } from './row-text.ts'
import { compileScoreText } from './score-text.ts'
import type { ServedEntry } from './served-entry.ts'

export interface RecordEncoder {
  /** The share of the units that the release wants recorded, 0 to 1. */
  readonly share: number
  /** One line, with its line feed. */
  encode(entry: ServedEntry, index: number, sampled: number): string
}

/** Text of a time; most records of a moment share it. */
type WriteTime = (milliseconds: number) => Instant

/** Releases whose encoders are kept: the served ones, and those before. */
const largestKept = 200

export class RecordEncoders {
  readonly #environment: string
  readonly #compiled = new Map<Digest, RecordEncoder>()
  readonly #writeTime = rememberTime()

  constructor(environment: string) {
    this.#environment = environment
  }

  of(release: Release): RecordEncoder {
    const known = this.#compiled.get(release.digest)
    if (known !== undefined) return known
    if (this.#compiled.size >= largestKept) this.#compiled.clear()
    const encoder = compileRecordEncoder(release, this.#environment, this.#writeTime)
    this.#compiled.set(release.digest, encoder)
    return encoder
  }
}

function compileRecordEncoder(release: Release, environment: string, writeTime: WriteTime): RecordEncoder {
  const { percent, drop } = readRecordingSettings(release)
  const writeRow = compileRow(release, drop)
  const writeScore = compileScoreText(release)
  const model = `","model":${JSON.stringify(release.model)}`
  const served = `,"version":${release.version},"release":${JSON.stringify(release.digest)}`
  const place = `,"environment":${JSON.stringify(environment)},"request_id":`
  const dropsUnit = drop.has(unitName)
  return {
    share: drawableShare(percent / 100),
    encode: (entry, index, sampled) => {
      const { rows, state } = entry
      const wall = writeTime(entry.wallMs)
      const assigned = entry.assigned && unitAt(entry, index) !== null
      const unit = dropsUnit ? null : unitAt(entry, index)
      return (
        `{"time":"${state.dataTime ?? wall}${model}${unit === null ? '' : `,"unit":${JSON.stringify(cleanText(unit))}`}` +
        `,"row":${writeRow(entry, index)}${writeJoined(entry, index, drop)}${place}${JSON.stringify(entry.requestId)}` +
        `,"row_index":${entry.positions?.[index] ?? index},"wall_time":"${wall}"${served}${writeArm(entry, assigned)}` +
        `${writeScore(entry.outputs, index, rows)},"latency_ms":${Math.round(entry.latencyMs * 1000) / 1000}` +
        `,"state_version":{"epoch":${state.version.epoch},"sequence":${state.version.sequence}},"sampled":${sampled}}\n`
      )
    },
  }
}

type WriteEntryRow = (entry: ServedEntry, index: number) => string

/** What a request has: features that are read from views, or computed, stand apart; keys, and what expressions alone read, are here. */
function compileRow(release: Release, drop: ReadonlySet<string>): WriteEntryRow {
  const { views = [] } = release
  const joined = views.flatMap(({ as, take }) => take.map((name) => takenName(as, name)))
  const computed = (release.onDemand ?? []).map(({ name }) => name)
  const writeRow = compileRowText(release, new Set([...drop, ...joined, ...computed]))
  const left = new Set([...drop, ...release.requestFeatures.map(({ name }) => name)])
  return (entry, index) => {
    const text = writeRow(entry.inputs, index, entry.rows)
    if (entry.joined === null) return text
    const keys = writeKeyMembers(entry.joined, index, left) + writeSentMembers(entry.joined, index, drop)
    if (keys === '') return text
    return text === '{}' ? `{${keys.slice(1)}}` : `${text.slice(0, -1)}${keys}}`
  }
}

function writeJoined({ joined }: ServedEntry, index: number, drop: ReadonlySet<string>): string {
  if (joined === null) return ''
  const views = joined.join.views.length === 0 ? '' : `,"features":${writeJoinedViews(joined, index, drop)}`
  return views + writeOnDemand(joined, index, drop)
}

function writeArm({ variant, fallback }: ServedEntry, assigned: boolean): string {
  const arm = variant === null ? '' : `,"variant":${JSON.stringify(variant)}`
  const why = fallback === null ? '' : `,"fallback":${JSON.stringify(cleanText(fallback))}`
  return `${arm},"assigned":${assigned}${why}`
}

/** The unit of a row; null when it has none. */
export function unitAt({ units }: ServedEntry, index: number): string | null {
  return units === null || typeof units === 'string' ? units : (units[index] ?? null)
}

function rememberTime(): WriteTime {
  let at = Number.NaN
  let text = ''
  return (milliseconds) => {
    if (milliseconds !== at) {
      at = milliseconds
      text = toInstant(milliseconds)
    }
    return text
  }
}
