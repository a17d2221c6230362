/** Datatypes of features in manifests. */
export const featureDtypes = ['bool', 'int32', 'int64', 'float32', 'float64', 'string', 'timestamp'] as const

export type FeatureDtype = (typeof featureDtypes)[number]
