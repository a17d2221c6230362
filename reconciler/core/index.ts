/** The words of Mainward as types: what other programs may import. */
export type * from './clock.ts'
export type * from './condition.ts'
export type * from './finding.ts'
export type * from './release.ts'
export type * from './resource.ts'
export type * from './serving-state.ts'
export { MainwardError } from './error.ts'
