/** Secrets of sources: environment variables that were passed in, and files that hold nothing else. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import type { SecretReader } from '../ports.ts'

export interface SecretPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What a relative path of a file starts from. */
  readonly folder: string
}

/** `read` throws `environment`, with the reference and never the value, for a secret that is missing or empty. */
export function createSecretReader({ environment, folder }: SecretPlaces): SecretReader {
  return {
    read: async (reference) => {
      if ('env' in reference) return notEmpty(environment[reference.env], `the environment variable ${reference.env}`)
      const path = resolve(folder, reference.file)
      try {
        return notEmpty(await readFile(path, 'utf8'), `the file ${path}`)
      } catch (cause) {
        if (cause instanceof MainwardError) throw cause
        throw missing(`the file ${path}`, 'it cannot be read')
      }
    },
  }
}

/** Editors end a file with a line feed. */
function notEmpty(value: string | undefined, place: string): string {
  const secret = value?.trim() ?? ''
  if (secret === '') throw missing(place, value === undefined ? 'it is not set' : 'it is empty')
  return secret
}

function missing(place: string, found: string): MainwardError {
  return new MainwardError('environment', `expected a secret in ${place}: ${found}`, {
    hint: 'set it where the command runs; the manifest names it under secretRef',
  })
}
