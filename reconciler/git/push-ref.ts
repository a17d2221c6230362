/** Sends one ref and exactly the objects that it needs, with the old id as a lease (gitprotocol-pack, "Pushing Data"). */
import type { HttpClient } from 'isomorphic-git'
import { MainwardError } from '../core/error.ts'
import { statusError } from './git-error.ts'
import type { RefMove } from './write-ref.ts'

export interface Push extends RefMove {
  readonly http: HttpClient
  /** Without credentials. */
  readonly url: string
  /** A pack with the objects that the server cannot have. */
  readonly pack: Uint8Array
}

const zero = '0'.repeat(40)
/** What servers say when the ref moved, or another push holds its lock. */
const leaseLost =
  /failed to update ref|fetch first|non-fast-forward|stale info|cannot lock|failed to lock|already exists|incorrect old value/

/** True when the server took it, false when the ref is not at `expected`. Throws git-rejected when it may not be pushed. */
export async function pushRef(push: Push): Promise<boolean> {
  const command = `${push.expected ?? zero} ${push.next} ${push.ref}\0 report-status agent=mainward`
  const body = Buffer.concat([packetLine(command), Buffer.from('0000'), push.pack])
  const response = await push.http.request({
    url: `${push.url}/git-receive-pack`,
    method: 'POST',
    headers: {
      'content-type': 'application/x-git-receive-pack-request',
      accept: 'application/x-git-receive-pack-result',
    },
    body: onePart(body),
  })
  const answer = await readText(response.body)
  if (response.statusCode === 401 || response.statusCode === 403) throw rejected(push, `HTTP ${response.statusCode}`)
  if (response.statusCode !== 200) throw statusError(response.statusCode, push.url)
  return assessReport(push, parsePackets(answer))
}

function assessReport(push: Push, report: readonly string[]): boolean {
  if (report.includes(`ok ${push.ref}`)) return true
  const refusal = report.find((line) => line.startsWith(`ng ${push.ref}`))?.slice(`ng ${push.ref} `.length)
  const reason = refusal ?? report.find((line) => line.startsWith('unpack ')) ?? 'no report'
  if (refusal === undefined) {
    throw new MainwardError('git-protocol', `${push.url} did not take ${push.ref}: ${reason}`, { retry: 'backoff' })
  }
  if (leaseLost.test(reason)) return false
  if (reason.includes('missing necessary objects')) throw missingCommit(push)
  throw rejected(push, reason)
}

/** The commit was there when it was read: a force-push has removed it since. */
function missingCommit({ url, ref, next }: Push): MainwardError {
  return new MainwardError('conflict', `${url} no longer has the commit that ${ref} at ${next} builds on`, { retry: 'backoff' })
}

function rejected(push: Push, reason: string): MainwardError {
  return new MainwardError('git-rejected', `${push.url} does not permit pushing ${push.ref}: ${reason}`, {
    hint: 'give a token that may push this ref, or lift its protection',
  })
}

function packetLine(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

function parsePackets(bytes: Buffer): readonly string[] {
  const lines: string[] = []
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = parseInt(bytes.toString('latin1', at, at + 4), 16)
    if (Number.isNaN(length)) break
    if (length >= 4) lines.push(bytes.toString('utf8', at + 4, at + length).trimEnd())
    at += Math.max(length, 4)
  }
  return lines
}

async function readText(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const parts: Uint8Array[] = []
  if (body !== undefined) for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

async function* onePart(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(bytes)
}
