/** Finds the running reconciler: by --server, or by the control.json of a state folder. Reads files, calls nobody. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import type { ControlFile } from '../../supervisor/supervise.ts'
import { type CommandInput, type OptionDefinition, textOption } from '../command.ts'
import type { Configuration } from '../context.ts'

export interface ControlAddress {
  /** Of the control plane. */
  readonly url: string
  /** Of the data plane, where the state folder says it. */
  readonly servingUrl: string | null
  readonly token: string | null
  /** Where the address was found, in words. */
  readonly origin: string
}

/** Options of every command that speaks to a running reconciler. */
export const addressOptions: readonly OptionDefinition[] = [
  {
    flags: '--state <folder>',
    description: 'state folder of the reconciler (default: the nearest .mainward, upwards from here)',
  },
  { flags: '--server <url>', description: 'address of the control plane, in place of a state folder' },
  {
    flags: '--token-file <file>',
    description: 'file with the admin token (default: what control.json names, or MAINWARD_TOKEN)',
  },
]

/** Throws `not-found` when there is no state folder. */
export async function findControl(configuration: Configuration, input: CommandInput): Promise<ControlAddress> {
  const found = await findControlIfAny(configuration, input)
  if (found !== null) return found
  const state = textOption(input, 'state')
  const place =
    state === null
      ? `no .mainward/control.json here or in a folder above (${configuration.folder})`
      : `no control.json in ${state}`
  throw new MainwardError('not-found', `no running reconciler: ${place}`, {
    hint: 'start one with mainward up, go to its repository, or name it with --state or --server',
  })
}

/** As `findControl`, but null when nothing was named and no state folder is near. */
export async function findControlIfAny(configuration: Configuration, input: CommandInput): Promise<ControlAddress | null> {
  const tokenFile = textOption(input, 'tokenFile')
  const given = tokenFile === null ? configuration.adminToken : await readToken(resolve(configuration.folder, tokenFile))
  const server = textOption(input, 'server')
  if (server !== null) return { url: requireUrl(server), servingUrl: null, token: given, origin: '--server' }
  const state = textOption(input, 'state')
  const file =
    state === null ? nearestControlFile(configuration.folder) : join(resolve(configuration.folder, state), 'control.json')
  if (file === null || !existsSync(file)) return null
  const { control, serving, tokenFile: ownTokenFile } = await readControlFile(file)
  return {
    url: control,
    servingUrl: serving,
    token: given ?? (await readToken(resolve(dirname(file), ownTokenFile))),
    origin: file,
  }
}

function nearestControlFile(folder: string): string | null {
  const file = join(folder, '.mainward', 'control.json')
  if (existsSync(file)) return file
  return dirname(folder) === folder ? null : nearestControlFile(dirname(folder))
}

async function readControlFile(file: string): Promise<ControlFile & { readonly control: string }> {
  const content = JSON.parse(await readFile(file, 'utf8')) as ControlFile
  if (content.control !== null) return { ...content, control: content.control }
  throw new MainwardError('unavailable', `the reconciler of ${file} does not listen yet`, {
    retry: 'backoff',
    hint: 'it is starting: try again in a moment',
  })
}

async function readToken(file: string): Promise<string> {
  if (!existsSync(file)) throw new MainwardError('not-found', `no token file ${file}`)
  return (await readFile(file, 'utf8')).trim()
}

function requireUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new MainwardError('usage', `expected an http(s) URL for --server, found ${text}`, {
    hint: 'for example --server http://127.0.0.1:8090',
  })
}
