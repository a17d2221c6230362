/** What is wrong with an expression: where in its text, what was expected and what was found. */

export interface ExpressionProblem {
  /** Index of the character in the expression. */
  readonly at: number
  readonly sort: 'syntax' | 'limit' | 'name' | 'type'
  readonly message: string
  readonly hint?: string | undefined
}

/** Ends the compilation of one expression at its first problem. Never leaves this room. */
export class ProblemFound extends Error {
  readonly problem: ExpressionProblem

  constructor(problem: ExpressionProblem) {
    super(problem.message)
    this.problem = problem
  }
}

export function fail(sort: ExpressionProblem['sort'], at: number, message: string, hint?: string): never {
  throw new ProblemFound({ sort, at, message, hint })
}
