/**
 * A file that says which releases a process is loading or running, and goes on saying it when that process is dead: slots of
 * one digest each, written in place. What has ended stays there to the end of its turn of the event loop, unless something else
 * begins: answers leave before the file is written again. Not durable over a crash of the machine, and need not be. Knows no
 * process.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Digest } from '../../core/digest.ts'
import type { CrashMarker } from '../ports.ts'

/** `sha256:` and 64 digits. */
const digestBytes = 71
const slotBytes = 72
/** Written at the start, so that a disk that is full later stands in nobody's way. */
const preparedSlots = 56
const emptySlot = Buffer.alloc(1)
/** Digests whose bytes are kept; a process runs a few releases. */
const keptTexts = 256

interface EndedRun {
  readonly slot: number
  readonly digest: Digest
}

export class RunningFile implements CrashMarker {
  readonly #file: number
  readonly #log: Logger
  readonly #free: number[] = []
  /** What has ended in this turn, and is still written down. */
  readonly #ended: EndedRun[] = []
  readonly #entered = new Map<number, Digest>()
  readonly #texts = new Map<Digest, Buffer>()
  #slots = 0
  #failing = false

  /** The folder must exist. */
  constructor(path: string, log: Logger) {
    this.#file = openSync(path, 'w', 0o600)
    this.#log = log
    this.#write(Buffer.alloc(slotBytes * preparedSlots), 0)
  }

  enter(digest: Digest): number {
    const known = this.#ended.findIndex((ended) => ended.digest === digest)
    const [reused] = this.#ended.splice(known === -1 ? 0 : known, 1)
    const slot = reused?.slot ?? this.#free.pop() ?? this.#slots++
    if (reused?.digest !== digest) this.#write(this.#textOf(digest), slot * slotBytes)
    this.#entered.set(slot, digest)
    return slot
  }

  leave(slot: number): void {
    const digest = this.#entered.get(slot)
    if (digest === undefined) throw new Error(`nothing runs in slot ${slot}`)
    this.#entered.delete(slot)
    this.#ended.push({ slot, digest })
    if (this.#ended.length === 1) setImmediate(() => this.#clearEnded())
  }

  /** A process that ends by itself runs nothing any more. */
  close(): void {
    this.#clearEnded()
    closeSync(this.#file)
  }

  #clearEnded(): void {
    for (const { slot } of this.#ended.splice(0)) {
      this.#write(emptySlot, slot * slotBytes)
      this.#free.push(slot)
    }
  }

  #textOf(digest: Digest): Buffer {
    const known = this.#texts.get(digest)
    if (known !== undefined) return known
    if (this.#texts.size >= keptTexts) this.#texts.clear()
    const text = Buffer.from(digest.padEnd(slotBytes, '\n'))
    this.#texts.set(digest, text)
    return text
  }

  /** Without it a crash has no name, and predictions go on. */
  #write(bytes: Buffer, at: number): void {
    try {
      writeSync(this.#file, bytes, 0, bytes.byteLength, at)
      this.#failing = false
    } catch (error) {
      if (!this.#failing) this.#log.error({ err: error }, 'what is being run can not be written down')
      this.#failing = true
    }
  }
}

/** The releases that a dead process was running, and removes its file. None when there is no file. */
export function takeRunning(path: string): readonly Digest[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  rmSync(path, { force: true })
  const found = new Set<Digest>()
  for (let at = 0; at < bytes.byteLength; at += slotBytes) {
    if (bytes[at] !== 0) found.add(bytes.toString('latin1', at, at + digestBytes) as Digest)
  }
  return [...found]
}
