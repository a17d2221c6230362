/** Whether a number lies between two others. */

export interface Range {
  /** Null: no bound. Numbers and bigints are compared exactly with each other. */
  readonly least: number | bigint | null
  readonly greatest: number | bigint | null
  readonly strictLeast: boolean
  readonly strictGreatest: boolean
}

/** NaN lies in no range that has a bound. */
export function isWithin(value: number | bigint, { least, greatest, strictLeast, strictGreatest }: Range): boolean {
  const above = least === null || (strictLeast ? value > least : value >= least)
  const below = greatest === null || (strictGreatest ? value < greatest : value <= greatest)
  return above && below && !Number.isNaN(value)
}

export function rangeText({ least, greatest, strictLeast, strictGreatest }: Range): string {
  return [
    ...(least === null ? [] : [`${strictLeast ? 'more than' : 'at least'} ${least}`]),
    ...(greatest === null ? [] : [`${strictGreatest ? 'less than' : 'at most'} ${greatest}`]),
  ].join(' and ')
}
