/** Which files of a repository a trainer is made of: what its run gets, and what a change of trains again. */
import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { digestBytes, digestValue, type Digest } from '../../core/digest.ts'
import { MainwardError } from '../../core/error.ts'
import { compareText } from '../../core/finding.ts'
import type { SourceFile, SourceFiles } from '../../features/ports.ts'
import { isInnerPath } from '../../manifests/inner-path.ts'
import type { TrainerSpec } from '../../manifests/kinds/model.ts'

export interface TrainerFile {
  /** From the folder of the Project, with `/`. */
  readonly path: string
  readonly localPath: string
  readonly digest: Digest
}

export interface TrainerFiles {
  /** By path. */
  readonly files: readonly TrainerFile[]
  /** Of paths and bytes. */
  readonly digest: Digest
  /** Null: there are none. */
  readonly requirements: TrainerFile | null
}

/** What Python and its tools leave behind belongs to no trainer. */
const leftovers = /(?:^|\/)(?:__pycache__|node_modules|[^/]*\.egg-info)\/|\.py[co]$/

/**
 * Throws `invalid-input` when no file belongs to the trainer, or requirements are named that are not there. A program at the root of the
 * repository is a trainer of that one file: everything else lies below the root, too.
 */
export async function readTrainerFiles(model: string, trainer: TrainerSpec, source: SourceFiles): Promise<TrainerFiles> {
  const program = await findProgram(trainer, source)
  const patterns = trainer.files ?? (program === null ? [] : [filesOf(program)])
  const listed = await listAll([...patterns, ...(program === null ? [] : [program])], source)
  const requirements = await findRequirements(model, trainer, program, source)
  if (listed.length === 0) throw noFiles(model, trainer)
  const all = requirements === null ? listed : [...listed.filter(({ path }) => path !== requirements.path), requirements]
  const files = await Promise.all(all.toSorted((a, b) => compareText(a.path, b.path)).map(readTrainerFile))
  return {
    files,
    digest: digestValue(files.map(({ path, digest }) => [path, digest])),
    requirements: files.find(({ path }) => path === requirements?.path) ?? null,
  }
}

/** The first argument that is a file; the program itself may be one. */
async function findProgram({ command }: TrainerSpec, source: SourceFiles): Promise<string | null> {
  for (const argument of command) {
    const path = posix.normalize(argument)
    if (!isInnerPath(path) || /[*?[]/.test(path)) continue
    if ((await source.list(path)).length > 0) return path
  }
  return null
}

function filesOf(program: string): string {
  const folder = posix.dirname(program)
  return folder === '.' ? program : `${folder}/**`
}

async function listAll(patterns: readonly string[], source: SourceFiles): Promise<readonly SourceFile[]> {
  const found = new Map<string, SourceFile>()
  for (const pattern of patterns) {
    for (const file of await source.list(pattern)) if (!leftovers.test(file.path)) found.set(file.path, file)
  }
  return [...found.values()]
}

async function findRequirements(
  model: string,
  { requirements }: TrainerSpec,
  program: string | null,
  source: SourceFiles,
): Promise<SourceFile | null> {
  if (requirements !== null) {
    const [found] = await source.list(requirements)
    if (found !== undefined) return found
    throw new MainwardError(
      'invalid-input',
      `the trainer of ${model} names the requirements ${requirements}: found no such file`,
      {
        hint: 'correct training.requirements of the model, or commit the file',
      },
    )
  }
  if (program === null) return null
  const [beside] = await source.list(posix.join(posix.dirname(program), 'requirements.txt'))
  return beside ?? null
}

function noFiles(model: string, { command, files }: TrainerSpec): MainwardError {
  const where = files === null ? `the command ${command.join(' ')} names no file` : `${files.join(', ')} takes no file`
  return new MainwardError('invalid-input', `no file belongs to the trainer of ${model}: ${where} of the repository`, {
    hint: 'name its files in training.files of the model, for example training/**',
  })
}

async function readTrainerFile({ path, localPath }: SourceFile): Promise<TrainerFile> {
  return { path, localPath, digest: digestBytes(await readFile(localPath)) }
}
