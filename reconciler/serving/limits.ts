/** The bounds of one data plane: what a request may cost before it is refused. Knows no protocol. */

export interface ServingLimits {
  /** Bytes of a request body. */
  readonly bodyBytes: number
  /** Bytes of a request body that is JSON alone, also once it is inflated: it holds the event loop while it is parsed. */
  readonly jsonBytes: number
  /** Bytes of all request bodies that are held at once; more are refused with 503. */
  readonly heldBytes: number
  /** Requests of one connection that wait for their answer (HTTP pipelining); more are refused with 503. */
  readonly pipelinedRequests: number
  /** Rows of one request; also the first dimension of a tensor. */
  readonly rows: number
  /** Bytes of a request's line and headers together. */
  readonly headerBytes: number
  /** Objects and arrays inside each other in a JSON body. */
  readonly jsonDepth: number
  /** Objects and arrays of a JSON body together: each costs fifty times its two bytes once it is parsed. */
  readonly jsonContainers: number
  /** Values of a JSON body together, counted by their commas: each takes up to 24 bytes once it is parsed. */
  readonly jsonValues: number
  /** Different sequences of keys in the objects of a JSON body: each costs the parser ten microseconds. */
  readonly jsonLayouts: number
  /** Elements of a request's BYTES tensors together. */
  readonly texts: number
  /** Bytes of one text: an element of a BYTES tensor, or a string or key of a JSON body. */
  readonly textBytes: number
  /** Rows of one run of a model that several requests share. */
  readonly batchRows: number
  /** Bytes of the inputs of one run that several requests share. */
  readonly batchBytes: number
  /** Model files larger than this run in a process of their own. */
  readonly largeModelBytes: number
  /** Models whose run of one row takes longer than this run in a process of their own. */
  readonly slowRunMs: number
  /** Time in which a model must have loaded in a process of its own. */
  readonly loadTimeoutMs: number
  /** UTF-16 code units of a unit. */
  readonly unitLength: number
  /** Time in which a client must have sent its headers. */
  readonly headersTimeoutMs: number
  /** Time in which a client must have sent its whole request. */
  readonly requestTimeoutMs: number
  /** Time in which a client must have taken an answer. */
  readonly answerTimeoutMs: number
  /** Bytes of answers that clients have not taken; beyond, the connections that wait longest are cut. */
  readonly unsentBytes: number
  /** Open connections; more are answered with 503 and closed. */
  readonly connections: number
  /** Requests that wait for their answer on all connections; more are refused with 503. */
  readonly waitingRequests: number
  /** Time in which the online store must answer with features. */
  readonly featureReadMs: number
  /** Requests that wait for the online store; more are refused with 503. */
  readonly waitingReads: number
  /** Features that one request may ask for. */
  readonly features: number
  /** Time that an idle connection is kept. */
  readonly keepAliveTimeoutMs: number
  /** Time in which requests in flight are answered after a stop was asked for. */
  readonly drainTimeoutMs: number
}

export const defaultLimits: ServingLimits = {
  bodyBytes: 16 * 1024 * 1024,
  jsonBytes: 4 * 1024 * 1024,
  heldBytes: 20 * 1024 * 1024,
  pipelinedRequests: 32,
  rows: 10_000,
  headerBytes: 16 * 1024,
  jsonDepth: 64,
  jsonContainers: 100_000,
  jsonValues: 500_000,
  jsonLayouts: 5_000,
  texts: 1_000_000,
  textBytes: 1024 * 1024,
  batchRows: 1024,
  batchBytes: 4 * 1024 * 1024,
  largeModelBytes: 16 * 1024 * 1024,
  slowRunMs: 5,
  loadTimeoutMs: 60_000,
  unitLength: 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  unsentBytes: 4 * 1024 * 1024,
  connections: 12_000,
  waitingRequests: 4096,
  featureReadMs: 1_000,
  waitingReads: 1_000,
  features: 1_000,
  keepAliveTimeoutMs: 75_000,
  drainTimeoutMs: 9_000,
}
