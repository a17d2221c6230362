export interface LoopWatch {
  /** The longest hold so far, in milliseconds. */
  stop(): number
}

export function watchLoop(): LoopWatch
