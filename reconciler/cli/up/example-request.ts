/** A command line that asks a model for a prediction and really gets one. Pure. */
import type { ModelStatus } from '../../core/status.ts'

/** Null when no model answers yet, or none has a row to show. */
export function renderExampleRequest(models: readonly ModelStatus[], servingUrl: string): string | null {
  const model = models.find(({ ready, exampleRow }) => ready && exampleRow !== null)
  if (model === undefined) return null
  const body = JSON.stringify({ rows: [model.exampleRow] })
  const path = `/v1/models/${encodeURIComponent(model.name)}/predict`
  return `curl -s ${servingUrl}${path} -H 'content-type: application/json' -d ${quote(body)}`
}

/** For a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
