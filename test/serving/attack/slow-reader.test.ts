/** A connection whose client is slow again and again: each time is over when it has read. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { UnsentAnswers } from '../../../reconciler/serving/http/unsent-answers.ts'

it('leaves nothing behind at a connection that has read what it was slow for', async () => {
  const unsent = new UnsentAnswers({ answerTimeoutMs: 60_000, unsentBytes: 64 * 1024 * 1024 })
  const body = Buffer.alloc(8 * 1024 * 1024)
  const responses: ServerResponse[] = []
  const server = createServer((message, response) => {
    responses.push(response)
    response.end(body)
    unsent.add(message.socket, response, body.length)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const listeners = async (): Promise<number> => {
    const answered = once(server, 'request')
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await answered
    const response = responses.at(-1)
    const socket = response?.socket
    if (response === undefined || socket === null || socket === undefined) throw new Error('the request was taken')
    client.resume()
    await once(response, 'finish')
    client.pause()
    return socket.listenerCount('close')
  }
  try {
    const first = await listeners()
    for (let time = 0; time < 15; time++) expect(await listeners()).toBe(first)
  } finally {
    client.destroy()
    server.close()
  }
})
