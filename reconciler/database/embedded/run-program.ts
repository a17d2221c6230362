/** Runs one of Postgres's programs to its end, under the account of the database. */
import { spawn } from 'node:child_process'
import { programPath, type Programs } from './programs.ts'
import type { DatabaseHome } from './home.ts'

/** Nothing of the caller's environment reaches Postgres: a PGDATA or PGPORT of the user must not redirect it. */
export const postgresEnvironment = { LC_ALL: 'C', TZ: 'UTC' } as const

export interface ProgramResult {
  readonly exitCode: number | null
  readonly stderr: string
}

export function runProgram(
  programs: Programs,
  name: 'initdb' | 'postgres',
  home: DatabaseHome,
  args: readonly string[],
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(programPath(programs, name), args, {
      ...identityOf(home),
      cwd: home.folder,
      env: postgresEnvironment,
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (exitCode) => {
      resolve({ exitCode, stderr })
    })
  })
}

/** The user and group under which to start a program of the database. */
export function identityOf(home: DatabaseHome): { uid?: number; gid?: number } {
  return home.account === null ? {} : { uid: home.account.uid, gid: home.account.gid }
}
