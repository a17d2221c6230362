/** A control plane's place for tests of the command line: answers given JSON, and notes who asked. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface ControlServer {
  readonly url: string
  readonly asked: readonly string[]
  stop(): Promise<void>
}

/** Answers by path; anything else is not found. */
export async function startControlServer(answers: Readonly<Record<string, unknown>>): Promise<ControlServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const found = answers[path]
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found ?? { error: `no route ${path}` }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** The control.json that a running reconciler leaves in its state folder. */
export function writeControlFile(repository: string, control: string): void {
  const state = join(repository, '.mainward')
  mkdirSync(state, { recursive: true })
  writeFileSync(join(state, 'token'), 'secret\n')
  const content = { control, serving: null, tokenFile: 'token' }
  writeFileSync(join(state, 'control.json'), JSON.stringify(content))
}
