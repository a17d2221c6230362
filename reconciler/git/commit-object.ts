/** The bytes of commit and tag objects: who, when, what before. Deterministic: the time is given in. */
import { toInstant, type Instant } from '../core/clock.ts'

export interface Commit {
  readonly tree: string
  readonly parents: readonly string[]
  /** `Name <email>`. */
  readonly author: string
  readonly message: string
  readonly committedAt: Instant
}

export interface NewCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly time: Instant
}

export interface NewTag {
  readonly name: string
  readonly commit: string
  readonly message: string
  readonly time: Instant
}

const identity = 'Mainward <mainward@localhost>'

export function formatCommit({ tree, parents, message, time }: NewCommit): Uint8Array {
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${stamp(time)}`,
    `committer ${stamp(time)}`,
    '',
    `${message}\n`,
  ]
  return Buffer.from(lines.join('\n'))
}

export function formatTag({ name, commit, message, time }: NewTag): Uint8Array {
  return Buffer.from(`object ${commit}\ntype commit\ntag ${name}\ntagger ${stamp(time)}\n\n${message}\n`)
}

/** The id that a tag object points at. */
export function parseTagTarget(bytes: Uint8Array): string | null {
  return /^object ([0-9a-f]{40})\n/.exec(Buffer.from(bytes).toString())?.[1] ?? null
}

export function parseCommit(bytes: Uint8Array): Commit {
  const text = Buffer.from(bytes).toString()
  const end = text.indexOf('\n\n')
  const headers = (end < 0 ? text : text.slice(0, end)).split('\n')
  const values = (key: string): string[] =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  return {
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: (values('author')[0] ?? '').replace(/ -?\d+ [+-]\d+$/, ''),
    message: end < 0 ? '' : text.slice(end + 2).trimEnd(),
    committedAt: toInstant(secondsOf(values('committer')[0] ?? '') * 1000),
  }
}

/** Seconds that no date can hold (a broken clock wrote them) count as the epoch. */
function secondsOf(person: string): number {
  const seconds = Number(/ (-?\d+) [+-]\d+$/.exec(person)?.[1] ?? 0)
  return Math.abs(seconds) <= 8.64e12 ? seconds : 0
}

function stamp(time: Instant): string {
  return `${identity} ${Math.floor(Date.parse(time) / 1000)} +0000`
}
