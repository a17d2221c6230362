/** The order of a test run: what takes longest comes first, so that no long file is left over for the end. Pure. */

/** What took 20 s or more on two processors, longest first; what is not here comes after them, in the order that it came. */
const long = [
  'cli/train-command',
  'example/train-again',
  'database/embedded/start-embedded',
  'python/schemathesis',
  'reconcile/faults',
  'supervisor/up',
  'serving/attack/hostile-inputs',
  'serving/processes/primary-death',
  'example/training-set',
  'e2e/database',
  'e2e/admin-api',
  'e2e/kills',
  'serving/grpc/hostile',
  'e2e/serving',
  'cli/import/sklearn',
  'package',
  'features/dataset/measure-facts',
  'e2e/example',
  'cli/score-command',
  'cli/materialise/reconcile-features',
  'features/materialise/random-fills',
  'e2e/remote',
  'cli/manifests/read-manifests',
  'cli/plan-command',
  'cli/features/skew/skew-command',
  'e2e/leadership',
  'e2e/changes',
  'cli/score/other-models',
  'reconcile/source/source-faults',
  'cli/train/loosening',
  'features/materialise/known-rows',
  'serving/execution/model-process',
  'cli/materialise/store-segments',
  'reconcile/source/source-client',
  'serving/attack/hostile-connections',
  'features/unit-tests/run-unit-tests',
  'cli/materialise/merge-segments',
  'features/engine/open-engine',
  'e2e/features',
  'features/materialise/bad-days',
  'evaluation/flight-versions',
  'serving/load/outage',
  'serving/processes/outage',
  'training/run-pipeline-tests',
].map((name) => `test/${name}.test.ts`)

/** `isShort`: for the end, one after the other. */
export function longFirst<File>(
  files: readonly File[],
  { pathOf, isShort }: { readonly pathOf: (file: File) => string; readonly isShort: (file: File) => boolean },
): File[] {
  const rank = (file: File): number => {
    if (isShort(file)) return long.length + 1
    const found = long.findIndex((path) => pathOf(file).endsWith(`/${path}`))
    return found === -1 ? long.length : found
  }
  return files
    .map((file) => ({ file, rank: rank(file) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ file }) => file)
}
