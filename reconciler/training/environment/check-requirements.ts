/** What a requirements.txt must be so that its bytes alone decide what is installed. Pure. */
import { MainwardError } from '../../core/error.ts'

interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/**
 * Returns warnings: packages without an exact version. Throws `requirements-unusable` with every line that names another
 * file: the environment is kept by the digest of this one, so that a change of the other would not be seen.
 */
export function checkRequirements(text: string, file: string): readonly string[] {
  const lines = joinLines(text)
  const problems = lines.flatMap((line) => {
    const found = findOtherFile(line.text)
    return found === null ? [] : [`${file}:${line.number} ${found}`]
  })
  if (problems.length > 0) {
    throw new MainwardError('requirements-unusable', `expected packages of an index, found other files: ${problems.join('; ')}`, {
      hint: 'write what they need in this file, and keep code beside the trainer instead of installing it',
    })
  }
  const loose = lines.filter(({ text: line }) => isLoose(line)).map(({ text: line }) => line)
  if (loose.length === 0) return []
  return [`${file} gives no exact version (==) of ${loose.join(', ')}: another machine may install another one`]
}

/** Comments and empty lines are gone; a backslash at the end joins a line with the next (pip's file format). */
function joinLines(text: string): readonly Line[] {
  const lines: Line[] = []
  let started: Line | null = null
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const bare = raw.replace(/(^|\s)#.*$/, '').trim()
    const joined: Line = {
      number: started?.number ?? index + 1,
      text: `${started?.text ?? ''}${bare.replace(/\\$/, ' ')}`.trim(),
    }
    started = bare.endsWith('\\') ? joined : null
    if (started === null && joined.text !== '') lines.push(joined)
  }
  return started === null || started.text === '' ? lines : [...lines, started]
}

function findOtherFile(line: string): string | null {
  if (/^(-r|--requirement|-c|--constraint)\b/.test(line)) return `reads another file: ${line}`
  if (/^(-e|--editable)\b/.test(line)) return `installs a folder: ${line}`
  if (/^(-f|--find-links)[\s=]*(?![\s=]|\/|\w+:\/\/)/.test(line)) return `looks into a folder beside it: ${line}`
  if (/^\.{0,2}\/|^file:|@\s*file:/.test(line) || /^\S+\.(whl|tar\.gz|zip)$/.test(line.replace(/^\w+:\/\/\S*/, ''))) {
    return `installs a file: ${line}`
  }
  return null
}

function isLoose(line: string): boolean {
  return !line.startsWith('-') && !/===?\s*[^\s*,;]+(?=\s|;|,|$)/.test(line) && !/@\s*\w+(\+\w+)?:\/\//.test(line)
}
