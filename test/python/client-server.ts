/** What the tests with real Python clients share: a server with two versions of the bench model, and what is right. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { benchExpected, benchRelease } from '../serving/support/bench-model.ts'
import { startServer, type RunningServer, type ServerChanges } from '../serving/support/running-server.ts'
import { canaryRoute, servingState } from '../serving/support/serving-state.ts'
import { ensurePythonEnvironment } from '../support/python-environment.ts'

export interface ClientServer {
  readonly server: RunningServer
  /** The interpreter that has the clients. */
  readonly python: string
  /** Path of a file with the rows that clients send. */
  readonly rows: string
}

/** Version 1 is stable, version 2 a canary of 5 percent. */
export async function startClientServer(changes: ServerChanges = {}): Promise<ClientServer> {
  const server = await startServer(changes)
  const python = await ensurePythonEnvironment('test/python/requirements-clients.txt')
  const [stable, canary] = [benchRelease({ version: 1 }), benchRelease({ version: 2 })]
  await server.serve(servingState(1, { releases: [stable, canary], routes: [canaryRoute(stable, canary, 5)] }))
  const rows = join(server.folder, 'rows.json')
  await writeFile(rows, JSON.stringify(benchExpected.rows))
  return { server, python, rows }
}

/** Between probabilities of all rows and those that onnxruntime's own Python gave. */
export function largestDifference(found: unknown): number {
  const values = (found as number[][]).flat()
  const expected = benchExpected.probabilities.flat()
  expect(values).toHaveLength(expected.length)
  return Math.max(...values.map((value, index) => Math.abs(value - (expected[index] ?? NaN))))
}
