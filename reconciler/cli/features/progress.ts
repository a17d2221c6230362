/** What a command that computes values does now, as one line on standard error that is written over. Nothing where nobody watches. */
import type { EngineOptions } from '../../features/engine/open-engine.ts'
import type { Terminal } from '../context.ts'

export interface Progress {
  readonly step: (step: string) => void
  readonly engine: Pick<EngineOptions, 'onProgress'>
  /** Clears the line. */
  readonly end: () => void
}

const clearLine = '\r\u001b[K'

export function createProgress(terminal: Terminal): Progress {
  if (!terminal.interactive) return { step: () => undefined, engine: {}, end: () => undefined }
  const shown = { step: '' }
  const write = (text: string): void => terminal.writeError(`${clearLine}${terminal.style('dim', text)}`)
  return {
    step: (step) => {
      shown.step = step
      write(`${step} …`)
    },
    engine: { onProgress: (share) => write(`${shown.step} … ${Math.floor(share * 100)} %`) },
    end: () => terminal.writeError(clearLine),
  }
}
