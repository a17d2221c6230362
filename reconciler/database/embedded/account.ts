/** Under which user Postgres runs. It refuses to run as root, so root lends it an unprivileged account. */
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { MainwardError } from '../../core/error.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** In order: one made for us, the one of a packaged Postgres, the one that every system has. No account is created. */
const preferredNames = ['mainward', 'postgres', 'nobody'] as const

/** True when Postgres cannot run under the own user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** The account for a new data folder, or the owner of an existing one. */
export function chooseAccount(existingOwner: number | null): Account {
  const accounts = readAccounts()
  if (existingOwner !== null && existingOwner !== 0) {
    const owner = accounts.find((account) => account.uid === existingOwner)
    return owner ?? { name: `user ${existingOwner}`, uid: existingOwner, gid: existingOwner }
  }
  for (const name of preferredNames) {
    const account = accounts.find((candidate) => candidate.name === name && candidate.uid !== 0)
    if (account !== undefined) return account
  }
  throw new MainwardError('environment', 'Postgres refuses to run as root, and no other user was found for it', {
    hint: 'run mainward as an ordinary user, create a user named mainward, or set DATABASE_URL',
  })
}

/** Whether the account may enter the folder: the search permission of it and of every folder above. */
export function canEnter(account: Account, folder: string): boolean {
  const { mode, uid, gid } = statSync(folder)
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
  if ((mode & bit) === 0) return false
  const parent = dirname(folder)
  return parent === folder || canEnter(account, parent)
}

function readAccounts(): readonly Account[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: Number(uid), gid: Number(gid) }))
}
