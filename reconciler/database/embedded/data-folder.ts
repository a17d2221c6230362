/** Makes and checks a data folder of Postgres. There is either a whole one or none. */
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MainwardError, messageOf } from '../../core/error.ts'
import { clearLeftovers, type DatabaseHome } from './home.ts'
import type { Programs } from './programs.ts'
import { runProgram } from './run-program.ts'

/** The role that owns everything in the embedded database. */
export const databaseRole = 'mainward'

/** Guarantees a complete data folder of the programs' major version. */
export async function ensureDataFolder(home: DatabaseHome, programs: Programs, password: string): Promise<void> {
  await clearLeftovers(home)
  if (existsSync(home.dataFolder)) {
    assertMajorVersion(home, programs)
    return
  }
  const half = join(home.folder, `initdb-${randomBytes(6).toString('hex')}`)
  try {
    await initialise(home, programs, half, password)
    renameSync(join(half, 'data'), home.dataFolder)
  } finally {
    rmSync(half, { recursive: true, force: true, maxRetries: 3 })
  }
}

function assertMajorVersion(home: DatabaseHome, programs: Programs): void {
  const found = readFileSync(join(home.dataFolder, 'PG_VERSION'), 'utf8').trim()
  if (found === String(programs.major)) return
  throw new MainwardError(
    'environment',
    `the database in ${home.dataFolder} was made by Postgres ${found}, and this is Postgres ${programs.major}`,
    { hint: `move its content with pg_dumpall, or remove ${home.folder} to start again from git and its history` },
  )
}

async function initialise(home: DatabaseHome, programs: Programs, half: string, password: string): Promise<void> {
  const passwordFile = join(half, 'password')
  mkdirSync(half, { mode: 0o700 })
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (home.account !== null) {
    chownSync(half, home.account.uid, home.account.gid)
    chownSync(passwordFile, home.account.uid, home.account.gid)
  }
  const result = await runProgram(programs, 'initdb', home, [
    `--pgdata=${join(half, 'data')}`,
    `--username=${databaseRole}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Postgres's own collation: the same order on every machine, whatever locales it has.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]).catch((error: unknown) => ({ exitCode: null, stderr: messageOf(error) }))
  if (result.exitCode === 0) return
  throw explainFailure(home, result.stderr)
}

function explainFailure(home: DatabaseHome, stderr: string): MainwardError {
  const reason = stderr.split('\n').find((line) => /error|fatal|panic/i.test(line)) ?? stderr.trim()
  const message = `Postgres could not make its data folder in ${home.folder}: ${reason}`
  // Containers that run under a number without a name.
  if (reason.includes('effective user ID')) {
    return new MainwardError('environment', message, { hint: 'give this user a line in /etc/passwd, or set DATABASE_URL' })
  }
  const hint = 'is the disk full, or the folder not writable for the user that runs Postgres?'
  return new MainwardError('environment', message, { retry: 'backoff', hint })
}
