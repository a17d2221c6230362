/** Reads rows of the online store: any number of views and keys in one round trip. Judges no age and decodes no value. */
import type { Digest } from '../core/digest.ts'
import type { Queryable } from './queryable.ts'

/** Rows of one definition of a view. Keys are texts of `encodeEntityKey`. */
export interface OnlineRequest {
  readonly digest: Digest
  readonly keys: readonly string[]
}

/** Times are in microseconds since the epoch. */
export interface OnlineRow {
  /** Of the row that the features are from; null where only windows hold a value, or the view is static. */
  readonly eventUs: bigint | null
  /** The values are those as of this time: the later of the row's own and the view's watermark. */
  readonly computedAsOfUs: bigint
  /** A JSON array of encoded values, in the order of `OnlineView.features`. */
  readonly values: string
}

export interface OnlineAnswer {
  /** Null: never filled to its end, pushed, not known, or asked for no key. */
  readonly watermarkUs: bigint | null
  /** One for each key, in their order; null: the store has no row of it. */
  readonly rows: readonly (OnlineRow | null)[]
}

interface Found {
  readonly watermark_us: string | null
  readonly event_us: string | null
  readonly computed_as_of_us: string | null
  readonly feature_values: string | null
}

/**
 * For the connections that read: a statement is planned once, not for each call (planning takes longer than reading a few rows), and
 * never for a table that was still small, which it would go on to read as a whole.
 */
export const onlineReadSettings = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' } as const

/** One answer for each request, in their order. Numbers come as text: the driver need not look at them. The lateral limit keeps it one look into the index a key, whatever the planner believes. */
const readSql = `
  select v.watermark_us::text, r.event_us::text, r.computed_as_of_us::text, r.feature_values
  from unnest($3::int[], $4::text[]) with ordinality as asked (request, entity_key, n)
  left join online_views v on v.environment = $1 and v.digest = ($2::text[])[asked.request]
  left join lateral (
    select event_us, computed_as_of_us, feature_values from online_rows
    where view_id = v.id and entity_key = asked.entity_key limit 1
  ) r on true
  order by asked.n`

export async function readOnline(
  database: Queryable,
  environment: string,
  requests: readonly OnlineRequest[],
): Promise<readonly OnlineAnswer[]> {
  const places = requests.flatMap(({ keys }, at) => keys.map(() => at + 1))
  if (places.length === 0) return requests.map(() => ({ watermarkUs: null, rows: [] }))
  const values = [environment, requests.map(({ digest }) => digest), places, requests.flatMap(({ keys }) => keys)]
  const { rows } = await database.query<Found>(readSql, values, 'read-online')
  const readTime = rememberTime()
  let next = 0
  return requests.map(({ keys }) => {
    const found = rows.slice(next, (next += keys.length))
    const watermarkUs = toBigInt(found[0]?.watermark_us ?? null)
    return { watermarkUs, rows: found.map((row) => readRow(row, watermarkUs, readTime)) }
  })
}

function readRow(row: Found, watermarkUs: bigint | null, readTime: (text: string) => bigint): OnlineRow | null {
  const { event_us: event, computed_as_of_us: computed, feature_values: values } = row
  if (computed === null || values === null) return null
  const computedUs = readTime(computed)
  return {
    eventUs: toBigInt(event),
    computedAsOfUs: watermarkUs !== null && watermarkUs > computedUs ? watermarkUs : computedUs,
    values,
  }
}

/** Rows of one fill are as of one time: it is read once. */
function rememberTime(): (text: string) => bigint {
  let known = { text: '0', time: 0n }
  return (text) => {
    if (text !== known.text) known = { text, time: BigInt(text) }
    return known.time
  }
}

function toBigInt(text: string | null): bigint | null {
  return text === null ? null : BigInt(text)
}
