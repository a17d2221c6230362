/** Finds the program of a command before it is started, so that what is wrong with it has a name. */
import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { MainwardError } from '../core/error.ts'
import { nullWhenMissing } from './folder/when-missing.ts'

export interface ProgramRequest {
  readonly command: readonly string[]
  /** The working folder, which a path in the command is relative to. */
  readonly folder: string
  /** The value of PATH. */
  readonly path: string
  /** What is run, as messages name it: `the trainer`. */
  readonly name: string
}

/** Null: it is there. Else why not: `environment` for a name that no folder of PATH has, `trainer-failed` for a path. */
export async function findProgramProblem({ command, folder, path, name }: ProgramRequest): Promise<MainwardError | null> {
  const [program = ''] = command
  if (program.includes('/')) return findPathProblem(resolve(folder, program), program, name)
  const places = path.split(delimiter).filter((each) => each !== '')
  for (const place of places) if (await isProgram(join(place, program))) return null
  const hint =
    program === 'pytest' || program === 'py.test'
      ? 'name pytest with its version in requirements.txt beside the trainer'
      : program.startsWith('python')
        ? 'install Python 3.8 or newer (Debian: apt-get install python3 python3-venv)'
        : `install it, or name what installs it in requirements.txt beside the trainer`
  return new MainwardError('environment', `${name} can not start: no program ${program} is on its PATH`, { hint })
}

async function findPathProblem(path: string, written: string, name: string): Promise<MainwardError | null> {
  if (await isProgram(path)) return null
  const isThere = (await stat(path).catch(nullWhenMissing)) !== null
  return isThere
    ? new MainwardError('trainer-failed', `${name} can not start: ${written} is no program that may be run`, {
        hint: `make it one (chmod +x ${written}), or name what runs it: [python3, ${written}]`,
      })
    : new MainwardError('trainer-failed', `${name} can not start: ${written} is not among the trainer's files`, {
        hint: 'the path is relative to the folder of the repository; is the file committed?',
      })
}

async function isProgram(path: string): Promise<boolean> {
  const found = await stat(path).catch(nullWhenMissing)
  if (found === null || !found.isFile()) return false
  return (await access(path, constants.X_OK).catch(nullWhenMissing)) !== null
}
