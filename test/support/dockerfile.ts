/** Reads a Dockerfile as instructions, so that a test can run the same steps that the image runs. Not a whole parser: no heredocs, no ARG. */

export interface Instruction {
  readonly keyword: string
  readonly text: string
}

/** Stages in order, each from its FROM on; comments and continuation lines are resolved. */
export function parseDockerfile(text: string): readonly (readonly Instruction[])[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const instructions = lines.map((line) => ({
    keyword: line.split(/\s+/, 1)[0]?.toUpperCase() ?? '',
    text: line.replace(/^\S+\s+/, ''),
  }))
  const starts = instructions.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []))
  return starts.map((start, stage) => instructions.slice(start, starts[stage + 1]))
}

/** The texts of one kind of instruction. */
export function textsOf(stage: readonly Instruction[], keyword: string): readonly string[] {
  return stage.filter((instruction) => instruction.keyword === keyword).map(({ text }) => text)
}
