/** Which rows belong together, and sums of columns over them: what a resample of whole clusters needs of a million rows. */

/** Cluster `ids[row]` of each row, from 0 to `count - 1`. */
export interface Clusters {
  readonly ids: Uint32Array
  readonly count: number
}

/** Cluster c's sum of column k is `values[c * columns + k]`. */
export interface ClusterSums {
  readonly clusters: number
  readonly columns: number
  readonly values: Float64Array
}

/** Throws a RangeError for an id that is no cluster's. */
export function assertClusters({ ids, count }: Clusters, rows: number): void {
  if (ids.length !== rows) throw new RangeError(`expected ${rows} cluster ids, one a row, found ${ids.length}`)
  for (let row = 0; row < rows; row += 1) {
    if ((ids[row] ?? 0) >= count) throw new RangeError(`expected a cluster below ${count}, found ${ids[row]} in row ${row}`)
  }
}

/** Clusters by key (a day, a customer), numbered in the order in which they appear. */
export function clustersOf(keys: Iterable<string | number | bigint>, rows: number): Clusters {
  const numbers = new Map<string | number | bigint, number>()
  const ids = new Uint32Array(rows)
  let row = 0
  for (const key of keys) {
    let id = numbers.get(key)
    if (id === undefined) numbers.set(key, (id = numbers.size))
    ids[row] = id
    row += 1
  }
  if (row !== rows) throw new RangeError(`expected ${rows} keys of clusters, one a row, found ${row}`)
  return { ids, count: numbers.size }
}

/** The sums over all rows, where cluster c is there `counts[c]` times; once each when left out. */
export function totalsOf({ clusters, columns, values }: ClusterSums, counts?: ArrayLike<number>): Float64Array {
  const totals = new Float64Array(columns)
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    const times = counts === undefined ? 1 : (counts[cluster] ?? 0)
    if (times === 0) continue
    const start = cluster * columns
    for (let column = 0; column < columns; column += 1) {
      totals[column] = (totals[column] ?? 0) + times * (values[start + column] ?? 0)
    }
  }
  return totals
}
