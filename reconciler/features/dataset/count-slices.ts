/** How large the groups are that the test part is looked at by: one that is too small says nothing, and is named. */
import type { Engine } from '../engine/engine.ts'
import { quoteName } from '../engine/quote.ts'
import { besideColumn } from './build-content.ts'
import { datasetRelations } from './build-label-rows.ts'
import type { DatasetPlan } from './plan-dataset.ts'

export interface SliceReport {
  readonly by: string
  /** Null: any number of rows is enough. */
  readonly minGroup: number | null
  /** Distinct values in all parts; null is one. */
  readonly groups: number
  /** Null: there is no test part. */
  readonly testRows: number | null
  /** Groups with fewer rows of the test part than `minGroup`, also with none; 0 where nothing is asked. */
  readonly smallGroups: number
  /** The smallest of them, at most twenty; of equal ones by value. */
  readonly small: readonly { readonly value: string | null; readonly rows: number }[]
}

const mostNamed = 20

/** In the order of the manifest. After the content. */
export async function countSlices(engine: Engine, { slices, parts }: DatasetPlan): Promise<readonly SliceReport[]> {
  const hasTest = parts.some(({ name }) => name === 'test')
  const reports: SliceReport[] = []
  for (const { by, minGroup } of slices) {
    const isSmall = hasTest && minGroup !== null ? `n < ${minGroup}` : 'false'
    const groups =
      `select ${quoteName(besideColumn(by))}::varchar as value, count(*) filter ("__part" = 'test') as n ` +
      `from ${quoteName(datasetRelations.content)} group by ${quoteName(besideColumn(by))}`
    const [totals] = await engine.query(
      `select count(*) as groups, sum(n)::bigint as rows, count(*) filter (${isSmall}) as small from (${groups})`,
    )
    const small = await engine.query(
      `select value, n from (${groups}) where ${isSmall} order by n, value nulls first limit ${mostNamed}`,
    )
    reports.push({
      by,
      minGroup,
      groups: Number(totals?.['groups']),
      testRows: hasTest ? Number(totals?.['rows']) : null,
      smallGroups: Number(totals?.['small']),
      small: small.map(({ value = null, n }) => ({ value: value === null ? null : String(value), rows: Number(n) })),
    })
  }
  return reports
}
