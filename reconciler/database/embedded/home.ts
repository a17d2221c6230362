/** The folder that holds one embedded database: its data, its password and leftovers. Starts no process. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs' // prettier-ignore
import { dirname, join } from 'node:path'
import { MainwardError } from '../../core/error.ts'
import { canEnter, chooseAccount, isRoot, type Account } from './account.ts'
import { hasCode } from './process-identity.ts'

export interface DatabaseHome {
  readonly folder: string
  readonly dataFolder: string
  /** Under whom Postgres runs; null: the own user. */
  readonly account: Account | null
}

/** How the server is reached: kept in the home with mode 0600. */
export interface DatabaseAccess {
  readonly port: number
  readonly password: string
}

/** For root, when the state folder lies where no other user may go: under /root, for example. */
export const systemFolder = '/var/lib/mainward'

/**
 * Finds or makes the home of a state folder's database: `STATE/postgres`, except for root when the database's account
 * cannot get there; then a folder under `system`, named after the state folder.
 */
export function ensureDatabaseHome(stateFolder: string, system: string): DatabaseHome {
  const [usual, remote] = possibleHomes(stateFolder, system)
  if (!isRoot()) return ensureOwnHome(usual)
  const account = chooseAccount(ownerOf(join(usual, 'data')) ?? ownerOf(join(remote, 'data')))
  if (existsSync(join(remote, 'data'))) return lendHome(remote, account)
  if (canEnter(account, realpathSync(stateFolder))) return lendHome(usual, account)
  if (canEnter(account, dirname(realpathSync(stateFolder)))) {
    // The account may pass through the state folder, and may not list it.
    chownSync(stateFolder, 0, account.gid)
    chmodSync(stateFolder, 0o710)
    return lendHome(usual, account)
  }
  return makeSystemHome(system, remote, account)
}

/** The usual home and the one for root's closed folders. The state folder exists. */
export function possibleHomes(stateFolder: string, system: string): readonly [string, string] {
  const name = createHash('sha256').update(realpathSync(stateFolder)).digest('hex').slice(0, 16)
  return [join(stateFolder, 'postgres'), join(system, name)]
}

/** Removes what interrupted initialisations left behind. */
export async function clearLeftovers(home: DatabaseHome): Promise<void> {
  for (const name of readdirSync(home.folder)) {
    if (name.startsWith('initdb-')) await removeWhileWritten(join(home.folder, name))
  }
}

/** An initdb whose starter was killed goes on writing for a second or two: it is removed again until nothing comes back. */
async function removeWhileWritten(folder: string): Promise<void> {
  const endMs = performance.now() + 10_000
  for (;;) {
    try {
      rmSync(folder, { recursive: true, force: true })
      return
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'EBUSY') || performance.now() > endMs) throw error
    }
    await sleep(50)
  }
}

/** The recorded access; a new password is made and kept before there is any data that needs it. */
export function ensureAccess(home: DatabaseHome): DatabaseAccess {
  const file = join(home.folder, 'access.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DatabaseAccess
  if (existsSync(home.dataFolder)) {
    throw new MainwardError('environment', `the database's password is gone: ${file} does not exist`, {
      hint: `remove ${home.folder} to start with an empty database`,
    })
  }
  return recordAccess(home, { port: 0, password: randomBytes(24).toString('base64url') })
}

export function recordAccess(home: DatabaseHome, access: DatabaseAccess): DatabaseAccess {
  const file = join(home.folder, 'access.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(access)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return access
}

function ensureOwnHome(folder: string): DatabaseHome {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    readdirSync(folder)
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error
    throw ownedBySomebodyElse(folder, error)
  }
  const dataFolder = join(folder, 'data')
  const owner = ownerOf(dataFolder)
  if (owner !== null && process.getuid !== undefined && owner !== process.getuid()) throw ownedBySomebodyElse(folder)
  return { folder, dataFolder, account: null }
}

function ownedBySomebodyElse(folder: string, cause?: unknown): MainwardError {
  return new MainwardError('environment', `the database in ${folder} does not belong to user ${process.getuid?.() ?? '?'}`, {
    hint: 'start mainward as the user that made it (root, perhaps), or choose another folder with --state',
    cause,
  })
}

/** Makes the folder one that only the account (and root) may enter. */
function lendHome(folder: string, account: Account): DatabaseHome {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chownSync(folder, account.uid, account.gid)
  return { folder, dataFolder: join(folder, 'data'), account }
}

function makeSystemHome(system: string, folder: string, account: Account): DatabaseHome {
  try {
    mkdirSync(system, { recursive: true, mode: 0o755 })
    chmodSync(system, 0o755)
    if (canEnter(account, system)) return lendHome(folder, account)
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error
  }
  throw new MainwardError('environment', `user ${account.name}, who runs Postgres for root, has no folder to go to`, {
    hint: `neither the state folder nor ${system} is open to that user: choose one with --state, or set DATABASE_URL`,
  })
}

function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    if (hasCode(error, 'EACCES')) return null
    throw error
  }
}
