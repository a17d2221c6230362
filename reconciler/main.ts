#!/usr/bin/env node
/** Composition root: reads the environment into one configuration, wires effects, hands over to cli/. */
import { commands } from './cli/commands.ts'
import type { CliContext, Configuration } from './cli/context.ts'
import { createInterruption, readAll } from './cli/process-input.ts'
import { createProcessTerminal, flushStreams } from './cli/process-terminal.ts'
import { runCli } from './cli/run-cli.ts'
import { readVersion } from './core/package-root.ts'

const streams = { output: process.stdout, error: process.stderr }
const context: CliContext = {
  configuration: readConfiguration(process.env),
  terminal: createProcessTerminal(streams, allowsColours(process.env)),
  clock: { now: () => Date.now() },
  readStandardInput: () => readAll(process.stdin),
  interruption: createInterruption(),
  fetch,
}
const exitCode = await runCli({ context, commands, argv: process.argv.slice(2), version: readVersion() })
await flushStreams(streams)
process.exit(exitCode)

function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const read = (name: string): string | null => environment[name]?.trim() || null
  return {
    folder: process.cwd(),
    databaseUrl: read('DATABASE_URL'),
    adminToken: read('MAINWARD_TOKEN'),
    gitToken: read('MAINWARD_GIT_TOKEN'),
    childEnvironment: environment,
  }
}

function allowsColours({ NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb'
}
