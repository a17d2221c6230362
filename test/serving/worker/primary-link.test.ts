import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { MainwardError } from '../../../reconciler/core/error.ts'
import type { FromWorker, ToWorker } from '../../../reconciler/serving/channel/messages.ts'
import { packFailure } from '../../../reconciler/serving/channel/sent-failure.ts'
import { PrimaryLink, type ChannelProcess } from '../../../reconciler/serving/worker/primary-link.ts'

const question = { type: 'read-artifact', store: 'folder:/none', sha256: 'f'.repeat(64), damaged: false } as const
const longMs = 20_000

/** What a program sees of its parent: the other end is the test's. */
class Channel extends EventEmitter implements ChannelProcess {
  connected = true
  readonly sent: FromWorker[] = []
  /** Whether a message leaves. */
  failing = false

  send(message: unknown, _handle: undefined, _options: undefined, done: (error: Error | null) => void): boolean {
    if (!this.failing) this.sent.push(message as FromWorker)
    setImmediate(done, this.failing ? new Error('EPIPE') : null)
    return true
  }

  hear(message: unknown): void {
    this.emit('message', message)
  }

  disconnect(): void {
    this.connected = false
    this.emit('disconnect')
  }
}

function open(): { readonly channel: Channel; readonly link: PrimaryLink; readonly heard: readonly ToWorker[] } {
  const channel = new Channel()
  const heard: ToWorker[] = []
  return { channel, link: new PrimaryLink(channel, (message) => heard.push(message)), heard }
}

function askOf(channel: Channel, index: number): number {
  const message = channel.sent[index]
  return message !== undefined && 'ask' in message ? message.ask : -1
}

describe('a question to the primary', () => {
  it('gets its own answer, in whatever order answers come', async () => {
    const { channel, link, heard } = open()
    const [first, second] = [link.ask(question, longMs), link.ask(question, longMs)]
    channel.hear({ type: 'artifact', ask: askOf(channel, 1), path: '/second' })
    channel.hear({ type: 'artifact', ask: askOf(channel, 0), path: '/first' })
    expect(await Promise.all([first, second])).toMatchObject([{ path: '/first' }, { path: '/second' }])
    expect(heard).toEqual([])
  })

  it('fails as the primary failed, with code and hint', async () => {
    const { channel, link } = open()
    const asked = link.ask(question, longMs)
    const error = new MainwardError('artifact-missing', 'no such file', { retry: 'backoff', hint: 'put it there' })
    channel.hear({ type: 'refused', ask: askOf(channel, 0), failure: packFailure(error) })
    await expect(asked).rejects.toMatchObject({
      code: 'artifact-missing',
      message: 'no such file',
      hint: 'put it there',
      retry: 'backoff',
    })
  })

  it('has a time; an answer that comes later is ignored, and none is taken for another question', async () => {
    const { channel, link, heard } = open()
    await expect(link.ask(question, 5)).rejects.toMatchObject({ code: 'timeout' })
    const next = link.ask(question, longMs)
    channel.hear({ type: 'artifact', ask: askOf(channel, 0), path: '/late' })
    channel.hear({ type: 'artifact', ask: 99, path: '/of-nobody' })
    channel.hear({ type: 'artifact', ask: askOf(channel, 1), path: '/next' })
    expect(await next).toMatchObject({ path: '/next' })
    expect(heard).toEqual([])
  })

  it('fails at once when the primary dies, as do all that wait and all that come', async () => {
    const { channel, link } = open()
    const waiting = [link.ask(question, longMs), link.ask({ type: 'read-metrics' }, longMs)]
    channel.disconnect()
    expect(link.gone.aborted).toBe(true)
    const outcomes = await Promise.allSettled([...waiting, link.ask(question, longMs)])
    expect(outcomes).toEqual(
      outcomes.map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'unavailable' }) as unknown })),
    )
    expect(channel.sent).toHaveLength(2)
  })
})

describe('the channel', () => {
  it('hands on what is no answer, and nothing that is not of ours', () => {
    const { channel, heard } = open()
    for (const noise of [null, 7, 'stop', {}, { type: 'hello' }, { type: '__proto__' }, { cmd: 'NODE_CLUSTER' }])
      channel.hear(noise)
    expect(heard).toEqual([])
    channel.hear({ type: 'stop' })
    expect(heard).toEqual([{ type: 'stop' }])
  })

  it('is known to be gone when it was lost before anybody listened', () => {
    const channel = new Channel()
    channel.connected = false
    expect(new PrimaryLink(channel, () => undefined).gone.aborted).toBe(true)
  })

  it('lets go of a message that a dying primary does not hear', async () => {
    const { channel, link } = open()
    channel.failing = true
    await link.send({ type: 'hello' })
    channel.connected = false
    await link.send({ type: 'hello' })
    expect(channel.sent).toEqual([])
  })

  it('is closed once', () => {
    const { channel, link } = open()
    link.close()
    expect(channel.connected).toBe(false)
    link.close()
    expect(link.gone.aborted).toBe(true)
  })
})
