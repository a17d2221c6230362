/** The real terminal: the process's own streams. Survives a reader that goes away (`mainward … | head`). */
import { styleText } from 'node:util'
import type { Terminal } from './context.ts'

export interface TerminalStreams {
  readonly output: NodeJS.WriteStream
  readonly error: NodeJS.WriteStream
}

/** `colours` false: never; true: when standard output is a terminal. */
export function createProcessTerminal({ output, error }: TerminalStreams, colours: boolean): Terminal {
  for (const stream of [output, error]) stream.on('error', endOnBrokenPipe)
  const interactive = output.isTTY === true
  return {
    interactive,
    width: output.columns ?? 100,
    write: (text) => void output.write(text),
    writeError: (text) => void error.write(text),
    style: (style, text) => (interactive && colours ? styleText(style, text) : text),
  }
}

/** Resolves when everything written has left the process: a pipe takes only so much at once, and exiting drops the rest. */
export async function flushStreams({ output, error }: TerminalStreams): Promise<void> {
  await Promise.all([output, error].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))))
}

/**
 * Nobody reads any more: not a failure of the command, and nothing left to do. A command that runs until it is interrupted
 * goes on: it serves more than its reader.
 */
function endOnBrokenPipe(failure: NodeJS.ErrnoException): void {
  if (failure.code !== 'EPIPE') throw failure
  if (process.listenerCount('SIGTERM') === 0) process.exit(0)
}
