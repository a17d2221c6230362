/**
 * Where Python environments are kept: one folder a key, and in it the file `current`, which names the one that is whole. An
 * environment can not be moved, since its programs name their own place; so each is made where it stays, and counts from
 * the moment that `current` names its path. A kill before leaves a folder that nobody names, which a later making removes;
 * so does a move of the whole cache, with the repository that it lies in.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface EnvironmentCache {
  /** The folder of the whole environment; null: there is none. */
  find(): Promise<string | null>
  /** A place for a new one. */
  reserve(): Promise<string>
  /** Makes it count, unless another is there already: then this one is removed. Returns the folder that counts. */
  publish(folder: string): Promise<string>
  discard(folder: string): Promise<void>
}

/** Longer than any making may take. */
const abandonedAfterMs = 6 * 3_600_000

const currentName = 'current'

export function openEnvironmentCache(folder: string): EnvironmentCache {
  const current = join(folder, currentName)
  const find = async (): Promise<string | null> => {
    const made = await readOrNull(current)
    return made !== null && made === join(folder, basename(made)) ? made : null
  }
  return {
    find,
    async reserve() {
      await mkdir(folder, { recursive: true })
      const whole = await find()
      // What names another place, or is none of ours, stands in the way of the next.
      if (whole === null) await rm(current, { force: true })
      await removeAbandoned(folder, whole === null ? null : basename(whole))
      return join(folder, randomUUID().slice(0, 8))
    },
    async publish(made) {
      const note = join(made, currentName)
      await writeFile(note, made)
      try {
        // Of two who link the same name, one succeeds, and what it names is whole.
        await link(note, current)
        return made
      } catch (thrown) {
        if (!hasCode(thrown, 'EEXIST')) throw thrown
      }
      await rm(made, { recursive: true, force: true })
      return (await find()) ?? made
    },
    async discard(unwanted) {
      if ((await find()) === unwanted) await rm(current, { force: true })
      await rm(unwanted, { recursive: true, force: true })
    },
  }
}

async function removeAbandoned(folder: string, current: string | null): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name === currentName || name === current) continue
    const path = join(folder, name)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > abandonedAfterMs) await rm(path, { recursive: true, force: true })
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return null
    throw thrown
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}

/** An environment that a program changed is not what its requirements say: it is made anew when it is needed again. */
export function discardEnvironment(folder: string): Promise<void> {
  return openEnvironmentCache(dirname(folder)).discard(folder)
}
