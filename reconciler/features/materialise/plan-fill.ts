/** Decides what is to be computed for a view at a time, from how far the store is and what the data says. Pure. */
import type { ViewState } from './online-rows.ts'

export interface PlannedFill {
  readonly asOfUs: bigint
  readonly fingerprint: string
  /** Entities that changed since; null: every entity. */
  readonly fromUs: bigint | null
  /** Key of the last entity that is done already; null: none. */
  readonly after: string | null
}

/** Times whose fingerprints `planFill` asks for. */
export function fingerprintTimes({ watermarkUs, filling }: ViewState, gridUs: bigint): readonly bigint[] {
  return [...new Set([gridUs, ...(filling === null ? [] : [filling.asOfUs]), ...(watermarkUs === null ? [] : [watermarkUs])])]
}

/**
 * What the data said at the watermark, where that is certain without reading it: the files are the same, by `nameDataFiles`. Null: it is to
 * be read.
 */
export function knownPast(
  { watermarkUs, fingerprint, dataFiles: before, filling }: ViewState,
  dataFiles: string | null,
  gridUs: bigint,
): { readonly timeUs: bigint; readonly fingerprint: string } | null {
  const isSame = dataFiles !== null && before === dataFiles && filling === null
  if (!isSame || watermarkUs === null || fingerprint === null || watermarkUs > gridUs) return null
  return { timeUs: watermarkUs, fingerprint }
}

/**
 * Null: the store is there already, or later (the clock was set back). A fill that was begun is ended first, also when the time moved on
 * since: call again until null. Data that is not what it was computes every entity anew.
 */
export function planFill(
  { watermarkUs, fingerprint, filling }: ViewState,
  gridUs: bigint,
  fingerprintAt: (timeUs: bigint) => string,
): PlannedFill | null {
  const whole = { asOfUs: gridUs, fingerprint: fingerprintAt(gridUs), fromUs: null, after: null }
  if (filling !== null) {
    if (filling.asOfUs > gridUs) return null
    const { asOfUs, after, isWhole } = filling
    const isSame =
      fingerprintAt(asOfUs) === filling.fingerprint && (isWhole || isUnchanged(watermarkUs, fingerprint, fingerprintAt))
    return isSame ? { asOfUs, fingerprint: filling.fingerprint, fromUs: isWhole ? null : watermarkUs, after } : whole
  }
  if (watermarkUs === null) return whole
  if (watermarkUs > gridUs) return null
  if (!isUnchanged(watermarkUs, fingerprint, fingerprintAt)) return whole
  return watermarkUs === gridUs ? null : { ...whole, fromUs: watermarkUs }
}

function isUnchanged(watermarkUs: bigint | null, fingerprint: string | null, fingerprintAt: (timeUs: bigint) => string): boolean {
  return watermarkUs !== null && fingerprintAt(watermarkUs) === fingerprint
}
