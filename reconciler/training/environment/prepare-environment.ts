/** The Python that a trainer runs with: the machine's own, or one with what its requirements.txt asks for, made once and kept. */
import { readFile, realpath } from 'node:fs/promises'
import { release } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { digestBytes, digestValue, shortDigest, type Digest } from '../../core/digest.ts'
import { MainwardError, messageOf } from '../../core/error.ts'
import type { TrainingEnvironment } from '../../core/training-run.ts'
import { nullWhenMissing } from '../folder/when-missing.ts'
import { checkRequirements } from './check-requirements.ts'
import { describePython, type PythonDescription } from './describe-python.ts'
import { openEnvironmentCache, type EnvironmentCache } from './environment-cache.ts'
import { makeEnvironment, type EnvironmentRequest, type WholeEnvironment } from './make-environment.ts'
import { choosePipVariables } from './pip-variables.ts'

export interface TrainerEnvironment {
  readonly described: TrainingEnvironment
  /** The value of PATH with which `python3` is this Python. */
  readonly path: string
  /** The environment's own folder and its installed packages, which a trainer must not change; null: the machine's own. */
  readonly own: { readonly folder: string; readonly sitePackages: string } | null
  /** Whole sentences. */
  readonly warnings: readonly string[]
}

/**
 * Ready to run a trainer. Throws `environment` (no Python, no venv, no room, no index), `requirements-unusable`, `timeout`,
 * `cancelled`; nothing that was begun counts then, and the next call starts anew.
 */
export async function prepareEnvironment(request: EnvironmentRequest): Promise<TrainerEnvironment> {
  const variables = choosePipVariables(request.inherited)
  const machine = await describePython('python3', variables)
  if (request.requirementsFile === null) return useMachine(machine, variables['PATH'] ?? '')
  const bytes = await readRequirements(request.requirementsFile)
  const warnings = checkRequirements(bytes.toString('utf8'), request.requirementsFile)
  const requirements = digestBytes(bytes)
  const python = assertAble(machine, request.requirementsFile)
  const cache = openEnvironmentCache(join(request.cacheFolder, keyOf(requirements, python)))
  const found = await findWhole(cache, variables)
  const { folder, description } = found ?? (await makeEnvironment({ request, cache, variables, python, bytes }))
  return {
    described: describe(description, requirements),
    path: [join(folder, 'bin'), variables['PATH'] ?? ''].join(delimiter),
    own: { folder, sitePackages: description.sitePackages },
    warnings,
  }
}

/** Where `python3` is a script that chooses one (pyenv), by variables that a trainer does not have, the chosen one is put in front. */
async function useMachine(machine: PythonDescription | null, path: string): Promise<TrainerEnvironment> {
  const isDirect = machine === null || (await isFirst(machine.executable, path))
  const used = isDirect ? path : [dirname(machine.executable), path].join(delimiter)
  return { described: describe(machine, null), path: used, own: null, warnings: [] }
}

async function isFirst(executable: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    const found = await realpath(join(folder, 'python3')).catch(nullWhenMissing)
    if (found !== null) return found === (await realpath(executable))
  }
  return false
}

async function readRequirements(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (thrown) {
    throw new MainwardError('not-found', `${file} can not be read: ${messageOf(thrown)}`, {
      cause: thrown,
      hint: 'make it readable for this user, or remove it: then the trainer has the Python of this machine',
    })
  }
}

function assertAble(machine: PythonDescription | null, requirementsFile: string): PythonDescription {
  if (machine === null) {
    throw new MainwardError('environment', `${requirementsFile} needs Python, and there is no python3 on the PATH`, {
      hint: 'install Python 3.8 or newer (Debian: apt-get install python3 python3-venv) and run it again',
    })
  }
  if (machine.pipWheel === null) {
    throw new MainwardError(
      'environment',
      `${machine.executable} (${machine.version}) has no module venv, which ${requirementsFile} needs`,
      {
        hint: 'install it (Debian: apt-get install python3-venv) and run it again',
      },
    )
  }
  return machine
}

/** Environments of other machines, which may share the folder, and of an upgraded Python are others. */
function keyOf(requirements: Digest, { version, implementation, base }: PythonDescription): string {
  const machine = { platform: process.platform, architecture: process.arch }
  return shortDigest(digestValue({ requirements, version, implementation, base, ...machine }))
}

/** Null also for one that is there and does not run. */
async function describeOrNull(program: string, variables: Readonly<Record<string, string>>): Promise<PythonDescription | null> {
  try {
    return await describePython(program, variables)
  } catch (thrown) {
    if (thrown instanceof MainwardError) return null
    throw thrown
  }
}

/** One that does not run any more, since its Python or a part of it was removed, is removed as a whole. */
async function findWhole(cache: EnvironmentCache, variables: Readonly<Record<string, string>>): Promise<WholeEnvironment | null> {
  const folder = await cache.find()
  if (folder === null) return null
  const description = await describeOrNull(join(folder, 'bin', 'python3'), variables)
  if (description !== null) return { folder, description }
  await cache.discard(folder)
  return null
}

function describe(python: PythonDescription | null, requirements: Digest | null): TrainingEnvironment {
  return {
    python: python?.version ?? null,
    requirements,
    packages: python?.packages ?? [],
    node: process.versions.node,
    platform: process.platform,
    release: release(),
    architecture: process.arch,
  }
}
