/** A bound on how long an answer is waited for; what was asked may still end later, and is then ignored. Keeps no process alive. */
import { MainwardError } from '../../core/error.ts'

export async function withTimeLimit<Value>(work: Promise<Value>, limitMs: number, what: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new MainwardError('timeout', `${what} took longer than ${limitMs / 1000} s`, { retry: 'backoff' }))
    }, limitMs)
    timer.unref()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
