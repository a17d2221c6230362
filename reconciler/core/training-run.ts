/** One run of a trainer as a value: what was asked, by what it ran, how it ended, what it left. Knows nothing of where runs are kept. */
import type { Instant } from './clock.ts'
import type { Digest, Json } from './digest.ts'
import type { ErrorCode } from './error.ts'

/** Hyperparameters by name, as a person wrote them or as a trainer left them. */
export type TrainingParams = Readonly<Record<string, Json>>

/** `interrupted`: its process ended before it could say how the run ended. `cancelled`: somebody stopped it. */
export type TrainingRunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted'

/** Why a child process was stopped from outside: a limit, or somebody. */
export type StopReason = 'timeout' | 'memory' | 'disk' | 'cancelled'

/** How a child process ended. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** A signal that was not ours. `memory`: the kernel probably ended it because the machine had no memory left. */
  | { readonly kind: 'signalled'; readonly signal: string; readonly suspect: 'memory' | null }
  | { readonly kind: 'stopped'; readonly reason: StopReason }

/** What a child process did. */
export interface ProcessRun {
  readonly command: readonly string[]
  readonly end: ProcessEnd
  readonly durationMs: number
  /** The most resident memory of the whole process tree that was seen; null where the platform does not tell. */
  readonly peakMemoryBytes: number | null
  /** Its last lines, oldest first. */
  readonly logTail: readonly string[]
}

/** A package as its installed metadata names it. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
}

/** What the trainer ran with. */
export interface TrainingEnvironment {
  /** Version of the Python that `python3` was, such as `3.11.7`; null: the machine has none. */
  readonly python: string | null
  /** Digest of the bytes of requirements.txt; null: there is none, the machine's own Python was used. */
  readonly requirements: Digest | null
  /** Everything that was installed, exact versions, by name. */
  readonly packages: readonly InstalledPackage[]
  /** Version of Node that ran Mainward, such as `20.20.2`. */
  readonly node: string
  /** `linux`, `darwin`. */
  readonly platform: string
  /** Release of the operating system's kernel. */
  readonly release: string
  /** `x64`, `arm64`. */
  readonly architecture: string
}

export interface TrainingMachine {
  /** Cores that the process may use. */
  readonly cpus: number
  readonly cpuModel: string
  readonly memoryBytes: number
}

export interface TrainingLimits {
  readonly timeoutMs: number
  /** Resident memory of the whole process tree. */
  readonly memoryBytes: number
  /** What may lie in the run's folder: output, copy of the trainer's files and temporary files together. */
  readonly diskBytes: number
  /** Threads that numeric libraries are told to use. */
  readonly threads: number
}

/** A file that the trainer left in its output folder. */
export interface RunArtifact {
  /** Below the output folder, with `/`. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** Where the code of the run came from. */
export interface TrainingSource {
  /** Id of the commit that was checked out; null: there is none. */
  readonly commit: string | null
  /** Whether what was used differs from that commit. */
  readonly dirty: boolean
}

/** What is known of a run before it starts. */
export interface TrainingRunStart {
  /** Unique: names the bundle, and marks every process of the run. */
  readonly id: string
  readonly model: string
  /** Digest of everything that decides what comes out; null: it was not computed. */
  readonly inputs: Digest | null
  readonly startedAt: Instant
  readonly command: readonly string[]
  readonly seed: number
  readonly declaredParams: TrainingParams
  readonly source: TrainingSource
  readonly environment: TrainingEnvironment
  readonly machine: TrainingMachine
  readonly limits: TrainingLimits
}

/** What is known of a run when it has ended. */
export interface TrainingRunEnd {
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  readonly endedAt: Instant
  /** The tests of the pipeline's code; null: none were asked for. */
  readonly tests: ProcessRun | null
  /** Null: it was never started. */
  readonly trainer: ProcessRun | null
  /** By name, from the command line, the params file as the trainer left it, and metrics.json. */
  readonly detectedParams: TrainingParams
  /** The trainer's own numbers, which nothing is decided by. */
  readonly metrics: Readonly<Record<string, number>>
  /** Whole sentences: strays that were ended, parameters that differ from the declared ones. */
  readonly warnings: readonly string[]
  readonly artifacts: readonly RunArtifact[]
  /** Why it did not succeed. */
  readonly failure: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null } | null
}

/** A run as its bundle has it. `end` is null while it runs, and for ever when it was interrupted. */
export interface TrainingRun {
  readonly status: TrainingRunStatus
  readonly start: TrainingRunStart
  readonly end: TrainingRunEnd | null
}
