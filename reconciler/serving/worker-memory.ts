/**
 * Environment for a process that serves (mallopt(3)). Without it, glibc keeps blocks of the size of a request's body once it has
 * freed a few, and the process stays tens of megabytes larger than what it uses. Other C libraries ignore it.
 */
export const workerMemory = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const
