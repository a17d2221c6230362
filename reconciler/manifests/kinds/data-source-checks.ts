/** The rules on one DataSource: one place, columns that exist, times that are times. */
import { parseDuration } from '../duration.ts'
import { checkExpectations } from '../expectation-checks.ts'
import type { WrittenDataSourceSpec } from '../generated/datasource.ts'
import { isInnerPath } from '../inner-path.ts'
import { createHints, didYouMean, listNames } from '../nearest-name.ts'
import { fileFormat } from './file-format.ts'
import type { KindCheck, Report, WrittenManifest } from './kind-definition.ts'
import { reportRepeatedNames } from './repeated-names.ts'
import type { WrittenExpectation } from './written-expectations.ts'

type DataSource = WrittenManifest<WrittenDataSourceSpec>

export const dataSourceChecks: readonly KindCheck<WrittenDataSourceSpec>[] = [
  { reads: ['/spec'], check: checkPlace },
  { reads: ['/spec/file'], check: checkFile },
  { reads: ['/spec/postgres/connection/secretRef'], check: checkSecret },
  { reads: ['/spec/timeZone'], check: checkTimeZone },
  { reads: ['/spec/columns'], check: checkNames },
  { reads: ['/spec/columns', '/spec/eventTime', '/spec/createdTime', '/spec/rowKey', '/spec/partitions'], check: checkColumns },
  { reads: ['/spec/eventTime', '/spec/createdTime', '/spec/rowKey'], check: checkTimes },
  { reads: ['/spec/freshness', '/spec/volume', '/spec/eventTime'], check: checkDataClock },
  { reads: ['/spec/columns', '/spec/expectations'], check: checkRows },
]

function checkPlace({ spec }: DataSource, report: Report): void {
  const rule = 'source-place'
  if ((spec.file === undefined) === (spec.postgres === undefined)) {
    const found = spec.file === undefined ? 'neither' : 'both'
    report(spec.file === undefined ? '/spec' : '/spec/postgres', {
      rule,
      message: `expected exactly one of file and postgres, found ${found}`,
    })
  }
  if (spec.file === undefined && spec.partitions !== undefined) {
    report('/spec/partitions', { rule, message: 'expected no partitions beside postgres: they are names of folders' })
  }
}

function checkFile({ spec: { file } }: DataSource, report: Report): void {
  if (file === undefined) return
  const rule = 'source-place'
  if (!isInnerPath(file)) {
    const message = `expected a path inside the repository such as data/weather.parquet, found ${JSON.stringify(file)}`
    report('/spec/file', { rule, message })
  }
  if (fileFormat(file) === null) {
    const message = `expected the name of a .parquet or .csv file, found ${JSON.stringify(file)}`
    const hint = /[*/]$/.test(file) ? `write ${file.replace(/\/?\*{0,2}$/, '')}/*.parquet` : undefined
    report('/spec/file', { rule, message, hint })
  }
}

function checkSecret({ spec: { postgres } }: DataSource, report: Report): void {
  if (postgres === undefined) return
  const { env, file } = postgres.connection.secretRef
  if ((env === undefined) !== (file === undefined)) return
  const message = `expected exactly one of env and file, found ${env === undefined ? 'neither' : 'both'}`
  report('/spec/postgres/connection/secretRef', { rule: 'source-place', message })
}

function checkTimeZone({ spec: { timeZone } }: DataSource, report: Report): void {
  if (timeZone === undefined || isTimeZone(timeZone)) return
  const message = `expected an IANA name of a time zone such as America/New_York, found ${JSON.stringify(timeZone)}`
  const hint = didYouMean(timeZone, Intl.supportedValuesOf('timeZone'))
  report('/spec/timeZone', { rule: 'time-zone', message, hint })
}

/** Only names: `+01:00` is an offset, which no daylight saving follows. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function checkNames({ spec }: DataSource, report: Report): void {
  reportRepeatedNames(
    spec.columns.map(({ name }, index) => ({ name, pointer: `/spec/columns/${index}/name` })),
    report,
  )
}

function checkColumns({ spec }: DataSource, report: Report): void {
  const dtypes = new Map(spec.columns.map(({ name, dtype }) => [name, dtype]))
  const hintFor = createHints(dtypes.keys())
  const check = (name: string | undefined, pointer: string, isTime: boolean): void => {
    const dtype = name === undefined ? undefined : dtypes.get(name)
    if (name !== undefined && dtype === undefined) {
      const message = `expected one of the columns (${listNames([...dtypes.keys()])}), found ${JSON.stringify(name)}`
      report(pointer, { rule: 'source-column', message, hint: hintFor(name) })
    } else if (isTime && dtype !== undefined && dtype !== 'timestamp') {
      const message = `expected a column of the dtype timestamp, found ${JSON.stringify(name)} (${dtype})`
      report(pointer, { rule: 'source-column', message })
    }
  }
  check(spec.eventTime, '/spec/eventTime', true)
  check(spec.createdTime, '/spec/createdTime', true)
  spec.rowKey?.forEach((name, index) => {
    check(name, `/spec/rowKey/${index}`, false)
  })
  spec.partitions?.forEach((name, index) => {
    check(name, `/spec/partitions/${index}`, false)
  })
}

function checkTimes({ spec }: DataSource, report: Report): void {
  const rule = 'time-column'
  if (spec.createdTime !== undefined && spec.eventTime === undefined) {
    report('/spec/createdTime', { rule, message: 'expected eventTime beside createdTime, found none: static rows have no time' })
  }
  if (spec.createdTime !== undefined && spec.createdTime === spec.eventTime) {
    const message = `expected another column than eventTime, found ${spec.createdTime} for both`
    report('/spec/createdTime', { rule, message, hint: 'leave createdTime out: a row can then be read as soon as it happened' })
  }
  if (spec.rowKey !== undefined && spec.createdTime === undefined) {
    const message = 'expected createdTime beside rowKey, found none: it says which of the rows is the newer one'
    report('/spec/rowKey', { rule, message })
  }
}

function checkDataClock({ spec: { freshness, volume, eventTime } }: DataSource, report: Report): void {
  for (const [name, value] of Object.entries({ freshness, volume })) {
    if (value === undefined || eventTime !== undefined) continue
    report(`/spec/${name}`, { rule: 'time-column', message: `expected eventTime beside ${name}, found none` })
  }
  reportNoTime(freshness?.maxAge, '/spec/freshness/maxAge', report)
  reportNoTime(volume?.window, '/spec/volume/window', report)
  if (volume === undefined) return
  const { minRows, maxRows } = volume
  if (minRows === undefined && maxRows === undefined) {
    report('/spec/volume', { rule: 'volume-bounds', message: 'expected at least one of minRows and maxRows, found neither' })
  } else if (minRows !== undefined && maxRows !== undefined && minRows > maxRows) {
    const message = `expected maxRows of at least minRows (${minRows}), found ${maxRows}`
    report('/spec/volume/maxRows', { rule: 'volume-bounds', message })
  }
}

function checkRows({ spec }: DataSource, report: Report): void {
  const columns = new Map(spec.columns.map(({ name, dtype }) => [name, dtype]))
  const written = (spec.expectations ?? []) as readonly WrittenExpectation[]
  checkExpectations(written, '/spec/expectations', { columns, ordered: true }, report)
}

/** Reports a duration of 0 where it would mean nothing. */
export function reportNoTime(duration: string | undefined, pointer: string, report: Report, hint?: string): void {
  if (duration === undefined || parseDuration(duration) !== 0) return
  report(pointer, { rule: 'positive-duration', message: `expected a duration longer than 0, found ${duration}`, hint })
}
