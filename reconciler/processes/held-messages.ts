/** What a held process says to its holder: one outcome for each call, and news while it works on one. */
import type { ErrorCode } from '../core/error.ts'

export type HeldMessage<Answer, News> =
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'news'; readonly news: News }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string; readonly hint?: string }
  /** A bug, or an end that nobody can name. */
  | { readonly type: 'crashed'; readonly stack: string }
