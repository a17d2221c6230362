/** Names that a person most likely meant, for findings: core/nearest-name.ts. */
export { createHints, didYouMean, editDistance, listNames, maximumListed, nearestName } from '../core/nearest-name.ts'
