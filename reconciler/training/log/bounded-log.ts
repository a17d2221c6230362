/**
 * The log of a program in bounded space: a file with its first and last bytes, its last lines for messages, and lines as they
 * come for people who watch. Writing never waits, so that the program is never held up.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { messageOf } from '../../core/error.ts'
import { cleanLines } from './clean-lines.ts'
import { keepLastBytes, type LastBytes } from './last-bytes.ts'

export interface LogSettings {
  /** Null: there is none, only lines. */
  readonly file: string | null
  /** Of the beginning, this much is kept. */
  readonly headBytes: number
  /** Of the end, this much is kept. */
  readonly tailBytes: number
  /** Lines that are new since the last call, some ten times a second; of very many only the last, with a line that says so. */
  readonly onLines: (lines: readonly string[]) => void
}

export interface BoundedLog {
  write(chunk: Uint8Array): void
  /** How many bytes were written. */
  position(): number
  /** The last lines of what was written since that position, oldest first. */
  lastLines(count: number, since: number): readonly string[]
  /** Brings everything to the file and to who watches; a second call does nothing more. Returns why the file is not whole, such as a full disk; null: it is. */
  close(): string | null
}

interface State {
  readonly file: number | null
  readonly tail: LastBytes
  readonly live: LastBytes
  /** Everything that was written. */
  total: number
  shown: number
  saved: number
  /** Why nothing more is written to the file: a log that fails stops nobody. */
  problem: string | null
  closed: boolean
}

const liveEveryMs = 100
/** What is shown of a tenth of a second. */
const liveBytes = 16 * 1024
/** A crash of this program loses at most this much time of a long log's end. */
const saveEveryMs = 2_000

/** Opens the file anew. Throws what the file system says. */
export function openBoundedLog(settings: LogSettings): BoundedLog {
  const state: State = {
    file: settings.file === null ? null : openSync(settings.file, 'w', 0o600),
    tail: keepLastBytes(settings.tailBytes),
    live: keepLastBytes(liveBytes),
    total: 0,
    shown: 0,
    saved: 0,
    problem: null,
    closed: false,
  }
  const live = setInterval(() => showLines(settings, state, false), liveEveryMs)
  const save = setInterval(() => saveTail(settings, state), saveEveryMs)
  return {
    write(chunk) {
      writeHead(settings, state, chunk)
      state.tail.add(chunk)
      state.live.add(chunk)
      state.total += chunk.length
    },
    position: () => state.total,
    lastLines(count, since) {
      const fresh = state.total - since
      return fresh === 0 ? [] : cleanLines(state.tail.read().subarray(-fresh)).slice(-count)
    },
    close() {
      if (state.closed) return state.problem
      state.closed = true
      clearInterval(live)
      clearInterval(save)
      showLines(settings, state, true)
      saveTail(settings, state)
      if (state.file !== null) closeSync(state.file)
      return state.problem
    },
  }
}

function writeHead({ headBytes }: LogSettings, state: State, chunk: Uint8Array): void {
  const room = headBytes - state.total
  if (room > 0) writeAll(state, chunk.subarray(0, room), state.total)
}

/** Behind the head stand a sentence and the end, each time anew. */
function saveTail({ headBytes, tailBytes }: LogSettings, state: State): void {
  if (state.total <= headBytes || state.saved === state.total) return
  const missing = state.total - headBytes - tailBytes
  const sentence = missing > 0 ? Buffer.from(`\n\n[… ${missing} bytes are left out here …]\n\n`) : Buffer.alloc(0)
  const rest = state.tail.read().subarray(-Math.min(tailBytes, state.total - headBytes))
  const content = Buffer.concat([sentence, rest])
  writeAll(state, content, headBytes)
  state.saved = state.total
}

/** What stands behind it in the file is gone then. */
function writeAll(state: State, content: Uint8Array, position: number): void {
  if (state.file === null || state.problem !== null) return
  try {
    for (let done = 0; done < content.length;) {
      done += writeSync(state.file, content, done, content.length - done, position + done)
    }
    ftruncateSync(state.file, position + content.length)
  } catch (thrown) {
    state.problem = messageOf(thrown)
  }
}

/** A line that has not ended yet waits for its end. */
function showLines({ onLines }: LogSettings, state: State, last: boolean): void {
  const fresh = state.total - state.shown
  if (fresh === 0) return
  const recent = state.live.read()
  const skipped = Math.max(0, fresh - recent.length)
  const unseen = recent.subarray(-Math.min(fresh, recent.length))
  // A progress bar ends its states with a carriage return.
  const end = last ? unseen.length : Math.max(unseen.lastIndexOf('\n'), unseen.lastIndexOf('\r')) + 1
  if (end === 0 && skipped === 0) return
  state.shown += skipped + end
  const lines = cleanLines(unseen.subarray(0, end))
  onLines(skipped === 0 ? lines : [`… ${skipped} bytes are not shown`, ...lines.slice(1)])
}
