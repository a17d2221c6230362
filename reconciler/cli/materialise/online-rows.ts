/** Rows of online views on Postgres, written by the leader alone. */
import { deleteGone, deleteRowsBefore, forgetGone, noteGone, readKeys, writeLines } from '../../database/online-row-queries.ts'
import { ensureView, setFilling, setWatermark } from '../../database/online-view-queries.ts'
import type { OnlineRows } from '../../features/materialise/online-rows.ts'
import { fencedWrite, type StorePlace } from '../../reconcile/stores/fenced-write.ts'

/** Every write throws `leadership-lost` when another epoch has begun. */
export function createOnlineRows(place: StorePlace, epoch: number): OnlineRows {
  const { pool, environment } = place
  return {
    ensure: (view) => fencedWrite(place, epoch, (transaction) => ensureView(transaction, environment, view)),
    keys: (viewId) => readKeys(pool, viewId),
    write: (viewId, { lines, isNewerOnly, gone, filling, isFirst }) =>
      fencedWrite(place, epoch, async (transaction) => {
        if (lines !== '') await writeLines(transaction, viewId, { asOfUs: filling.asOfUs, isNewerOnly, lines })
        if (isFirst) await forgetGone(transaction, viewId)
        if (gone.length > 0) await noteGone(transaction, viewId, gone)
        await setFilling(transaction, viewId, filling)
      }),
    finish: (viewId, { removeBeforeUs, ...filled }) =>
      fencedWrite(place, epoch, async (transaction) => {
        if (removeBeforeUs !== null) await deleteRowsBefore(transaction, viewId, removeBeforeUs)
        await deleteGone(transaction, viewId, filled.asOfUs)
        await setWatermark(transaction, viewId, filled)
      }),
  }
}
