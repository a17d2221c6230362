/** Why a Python environment could not be made, from how pip ended and what it said. Pure. */
import { MainwardError } from '../../core/error.ts'
import type { ProcessRun } from '../../core/training-run.ts'
import { describeEnd } from '../outcome/describe-end.ts'

export interface PipFailure {
  /** What was to be done: `make a Python environment`. */
  readonly work: string
  readonly run: ProcessRun
  readonly requirementsFile: string
  readonly cacheFolder: string
}

const unreachable =
  /Failed to establish a new connection|Name or service not known|name resolution|ConnectionError|ConnectTimeout|ReadTimeout|SSLError|ProxyError|NewConnectionError|HTTP error 5\d\d/

/** Codes: `cancelled`, `timeout`, `environment` (no room, no index), `requirements-unusable`. */
export function explainPip({ work, run, requirementsFile, cacheFolder }: PipFailure): MainwardError {
  const said = run.logTail.join('\n')
  const lines = lastLines(run.logTail)
  if (run.end.kind === 'stopped' && run.end.reason === 'cancelled') return new MainwardError('cancelled', `cancelled: ${work}`)
  if (run.end.kind === 'stopped') {
    return new MainwardError('timeout', `could not ${work} in ${Math.round(run.durationMs / 1000)} s${lines}`, {
      hint: 'run it again: pip keeps what it has fetched',
    })
  }
  if (/No space left on device|\[Errno 28\]|Disk quota exceeded/.test(said)) {
    return new MainwardError('environment', `could not ${work}: no room is left on the disk of ${cacheFolder}${lines}`, {
      hint: 'make room, or remove old environments in that folder: they are made anew when needed',
    })
  }
  const missing = /No matching distribution found for (\S+)/.exec(said)?.[1]
  if (unreachable.test(said)) {
    return new MainwardError('environment', `could not ${work}: the package index can not be reached${lines}`, {
      hint: 'look at the network, and at PIP_INDEX_URL, PIP_CERT and HTTPS_PROXY, which are passed to pip',
    })
  }
  if (missing !== undefined) {
    return new MainwardError('requirements-unusable', `no package ${missing} was found for ${requirementsFile}${lines}`, {
      hint: 'correct its name or version; a private index is named by PIP_INDEX_URL or PIP_EXTRA_INDEX_URL',
    })
  }
  return new MainwardError(
    'requirements-unusable',
    `could not ${work} from ${requirementsFile}: pip ${describeEnd(run.end)}${lines}`,
    {
      hint: `try it by hand: python3 -m pip install --requirement ${requirementsFile}`,
    },
  )
}

/** The errors that pip wrote, else its last lines. */
function lastLines(logTail: readonly string[]): string {
  const errors = logTail.filter((line) => /^(ERROR|error):/.test(line))
  const shown = (errors.length > 0 ? errors : logTail).slice(-8)
  return shown.length === 0 ? '' : `\n${shown.map((line) => `  ${line}`).join('\n')}`
}
