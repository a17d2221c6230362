/** Chooses the process table of this machine. */
import { MainwardError } from '../../core/error.ts'
import type { ProcessTable } from './process-table.ts'
import { readProcFolder } from './proc-table.ts'
import { createPsTable } from './ps-table.ts'

/** The table of this machine: /proc where there is one, else `ps`. Throws `unsupported` on Windows. */
export function openProcessTable(platform: NodeJS.Platform = process.platform): ProcessTable {
  if (platform === 'linux') return readProcFolder('/proc')
  if (platform === 'win32') {
    throw new MainwardError('unsupported', 'trainers run on Linux and macOS: on Windows their processes cannot be watched', {
      hint: 'use the Windows Subsystem for Linux',
    })
  }
  return createPsTable()
}
