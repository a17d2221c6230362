/** What isomorphic-git and a git server report, in the words of Mainward. Knows no secrets: messages hold the plain URL. */
import { MainwardError, messageOf } from '../core/error.ts'

/** The error to throw for a failed conversation with `url`, a URL without credentials. */
export function remoteError(thrown: unknown, url: string): MainwardError {
  if (thrown instanceof MainwardError) return thrown
  const status = httpStatus(thrown)
  if (status !== null) return statusError(status, url, thrown)
  const nested = thrown instanceof Error && thrown.cause instanceof MainwardError ? thrown.cause : null
  if (nested !== null) return nested
  if (isFileError(thrown)) {
    return new MainwardError('environment', `the clone of ${url} cannot be written: ${thrown.message}`, {
      cause: thrown,
      retry: 'backoff',
      hint: 'is the disk full, or the cache folder of another user?',
    })
  }
  return new MainwardError('git-protocol', `${url} did not answer as a git server: ${firstLine(messageOf(thrown))}`, {
    cause: thrown,
    retry: 'backoff',
    hint: 'is it the URL that `git clone` takes?',
  })
}

export function statusError(status: number, url: string, cause?: unknown): MainwardError {
  if (status === 401 || status === 403) {
    return new MainwardError('unauthorized', `${url} refused the credentials (HTTP ${status})`, {
      cause,
      retry: 'after',
      hint: 'give a token that may read this repository',
    })
  }
  if (status === 404) {
    return new MainwardError('not-found', `there is no repository at ${url}, or the token may not see it`, {
      cause,
      retry: 'backoff',
    })
  }
  return new MainwardError('git-unreachable', `${url} answered with HTTP ${status}`, { cause, retry: 'backoff' })
}

/** Whether the other side is to blame, by its status, its silence or its absence: what is on this disk is then as good as before. */
export function isRemoteTrouble(thrown: unknown): boolean {
  if (thrown instanceof MainwardError) return thrown.code !== 'git-protocol'
  return httpStatus(thrown) !== null
}

function isFileError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'syscall' in thrown && 'path' in thrown
}

function httpStatus(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'HttpError') return null
  const data = 'data' in thrown ? (thrown.data as { readonly statusCode?: number }) : {}
  return data.statusCode ?? null
}

function firstLine(message: string): string {
  return message.split('\n')[0]?.slice(0, 200) ?? ''
}
