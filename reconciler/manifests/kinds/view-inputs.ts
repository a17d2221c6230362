/** The inputs of a FeatureView as it writes them: `source` or `sources`. */
import type { ViewInput } from '../../core/feature-definition.ts'
import type { WrittenFeatureViewSpec } from '../generated/featureview.ts'

type WrittenInputs = Pick<WrittenFeatureViewSpec, 'source' | 'sources'>

/** In the order in which they are written. */
export function inputsOf({ source, sources }: WrittenInputs): readonly ViewInput[] {
  return (source === undefined ? (sources ?? []) : [source]).map((input) =>
    typeof input === 'string' ? { kind: 'DataSource', name: input } : { kind: 'FeatureView', name: input.view },
  )
}
