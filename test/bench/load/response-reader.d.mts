export interface ReadAnswer {
  readonly status: number
  readonly head: string
  readonly body: Buffer
  readonly closes: boolean
}

export class ResponseReader {
  constructor(onAnswer: (answer: ReadAnswer) => void)
  readonly started: boolean
  push(chunk: Buffer): void
}
