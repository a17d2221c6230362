/** The registry of commands: one line each. A command's file is loaded only when it is used. */
import type { CommandEntry } from './command.ts'
import { featureCommands } from './feature-commands.ts'

/** In the order in which `mainward --help` lists them; a subcommand stands behind its first word. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'the example repository, reconciled and served',
    load: async () => (await import('./demo-command.ts')).demoCommand,
  },
  {
    name: 'init',
    summary: 'an empty project that can be committed and served',
    load: async () => (await import('./init-command.ts')).initCommand,
  },
  {
    name: 'import',
    summary: 'a model of your own: its version, with golden rows, from an ONNX file',
    load: async () => (await import('./import-command.ts')).importCommand,
  },
  {
    name: 'up',
    summary: 'reconcile and serve a repository on this machine: database, control plane, data plane',
    load: async () => (await import('./up-command.ts')).upCommand,
  },
  {
    name: 'serve',
    summary: 'the data plane alone: load what the serving state names, answer predictions',
    load: async () => (await import('./serve-command.ts')).serveCommand,
  },
  {
    name: 'reconcile',
    summary: 'the control plane alone: read commits, plan, roll out, answer the admin API',
    load: async () => (await import('./reconcile-command.ts')).reconcileCommand,
  },
  {
    name: 'validate',
    summary: 'all findings of a working tree, a commit or one file',
    load: async () => (await import('./validate-command.ts')).validateCommand,
  },
  {
    name: 'plan',
    summary: 'what a change would move, before anything moves',
    load: async () => (await import('./plan-command.ts')).planCommand,
  },
  {
    name: 'gate',
    summary: 'the rules of a model, applied again to what was measured of a version',
    load: async () => (await import('./gate-command.ts')).gateCommand,
  },
  {
    name: 'explain',
    summary: 'why a rule of the manifests exists, and what is right',
    load: async () => (await import('./explain-command.ts')).explainCommand,
  },
  {
    name: 'fmt',
    summary: 'bring manifests into the one form',
    load: async () => (await import('./fmt-command.ts')).fmtCommand,
  },
  {
    name: 'show',
    summary: 'a manifest with every default, and where each value comes from',
    load: async () => (await import('./show-command.ts')).showCommand,
  },
  {
    name: 'graph',
    summary: 'what a resource needs, and what needs it',
    load: async () => (await import('./graph-command.ts')).graphCommand,
  },
  {
    name: 'dataset',
    summary: 'what a model learns from, as Parquet files, with values as they were known',
    load: async () => (await import('./dataset-command.ts')).datasetCommand,
  },
  {
    name: 'score',
    summary: 'a file of rows with what a version says of each, as it would answer online',
    load: async () => (await import('./score-command.ts')).scoreCommand,
  },
  {
    name: 'train',
    summary: 'train what changed, judge it against production, and write its version',
    load: async () => (await import('./train-command.ts')).trainCommand,
  },
  {
    name: 'reproduce',
    summary: 'train a version again from git, and say whether it predicts the same',
    load: async () => (await import('./reproduce-command.ts')).reproduceCommand,
  },
  {
    name: 'lineage',
    summary: 'from data sources to rollouts: what something is made of, and what of it',
    load: async () => (await import('./lineage-command.ts')).lineageCommand,
  },
  ...featureCommands,
  {
    name: 'status',
    summary: 'what a running reconciler serves, and what is wrong',
    load: async () => (await import('./status-command.ts')).statusCommand,
  },
  {
    name: 'assign',
    summary: 'which arm of a rollout a unit is on, and why',
    load: async () => (await import('./assign-command.ts')).assignCommand,
  },
  {
    name: 'history',
    summary: 'what was served when, and why',
    load: async () => (await import('./history-command.ts')).historyCommand,
  },
  {
    name: 'history verify',
    summary: 'prove the history from a clone alone',
    load: async () => (await import('./history-verify-command.ts')).historyVerifyCommand,
  },
  {
    name: 'abort',
    summary: 'stop a rollout: the stable version takes all traffic again',
    load: async () => (await import('./rollout-command.ts')).rolloutCommand('abort'),
  },
  {
    name: 'resume',
    summary: 'go on with a rollout that waits for a person',
    load: async () => (await import('./rollout-command.ts')).rolloutCommand('resume'),
  },
  {
    name: 'promote',
    summary: 'finish a rollout at once, skipping its remaining steps',
    load: async () => (await import('./rollout-command.ts')).rolloutCommand('promote'),
  },
  {
    name: 'retry',
    summary: 'lift the rejection of a release and begin again',
    load: async () => (await import('./rollout-command.ts')).rolloutCommand('retry'),
  },
  {
    name: 'records',
    summary: 'the newest predictions of a model, with what really happened where it is known',
    load: async () => (await import('./records-command.ts')).recordsCommand,
  },
  {
    name: 'replay',
    summary: 'send recorded rows as predictions, and move the data clock along',
    load: async () => (await import('./replay-command.ts')).replayCommand,
  },
]
