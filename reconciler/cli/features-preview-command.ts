/** `mainward features preview`: the newest rows of a view, with its values as they are known at a time. */
import { encodeFeatureValue, type FeatureValue } from '../core/feature-value.ts'
import type { FeatureDtype } from '../core/feature-dtype.ts'
import { MainwardError } from '../core/error.ts'
import { formatInstant } from '../core/instant.ts'
import { openComputation } from '../features/compute/open-computation.ts'
import { previewView, type PreviewColumn, type ViewPreview } from '../features/preview/preview-view.ts'
import { type CommandDefinition, flagOption, numberOption, textOption } from './command.ts'
import { chooseViews } from './features/choose-views.ts'
import { computationOptions, readAsOf } from './features/engine-options.ts'
import { type OpenFeatures, withFeatures } from './features/open-features.ts'
import { createProgress } from './features/progress.ts'
import { renderTable } from './table.ts'

const mostRows = 10_000

export const featuresPreviewCommand: CommandDefinition = {
  details:
    'One row for each entity key, those with the newest rows first. Values are those that a training set has for a prediction at\n' +
    'that time. "stale" is a key whose newest row is older than the ttl of the view: its features are null, windows are not.',
  arguments: [{ usage: '<view>', description: 'name of the feature view' }],
  options: [
    { flags: '--rows <n>', description: 'how many keys', default: '20' },
    ...computationOptions,
    { flags: '--json', description: 'values by name; int64 and times as in JSON without loss' },
  ],
  examples: [
    { line: 'features preview airport_weather --rows 20', explains: 'of the working tree here' },
    { line: 'features preview airport_weather --as-of 2013-06-01 --json', explains: 'as it was known in June, for programs' },
  ],
  async run(context, input) {
    const { terminal } = context
    const rows = numberOption(input, 'rows', { least: 1 })
    if (!Number.isInteger(rows) || rows > mostRows) {
      throw new MainwardError(
        'usage',
        `--rows: expected a whole number from 1 to ${mostRows}, found ${textOption(input, 'rows')}`,
      )
    }
    const asOf = readAsOf(context, input)
    const progress = createProgress(terminal)
    const name = input.arguments[0] ?? ''
    const preview = await withFeatures(context, input, (features) =>
      computePreview({ ...features, engine: { ...features.engine, ...progress.engine } }, name, {
        asOf,
        limit: rows,
        onStep: progress.step,
      }),
    ).finally(progress.end)
    terminal.write(flagOption(input, 'json') ? renderJson(name, asOf, preview) : renderText(name, asOf, preview))
    return 0
  },
}

interface PreviewWish {
  readonly asOf: bigint
  readonly limit: number
  readonly onStep: (step: string) => void
}

async function computePreview(
  { definitions, ports, engine }: OpenFeatures,
  name: string,
  wish: PreviewWish,
): Promise<ViewPreview> {
  const views = chooseViews(definitions, [name])
  const view = definitions.views.get(name)
  if (view === undefined) throw new Error(`the view ${name} was chosen`)
  const { asOf, limit, onStep } = wish
  const computation = await openComputation({
    materials: definitions,
    wanted: { views },
    ports,
    times: { now: asOf, asOf },
    engine,
    onStep: (step) => onStep(`${step.kind}/${step.name}`),
  })
  try {
    onStep('join')
    return await previewView(computation.engine, view, definitions.entities, { asOf, limit })
  } finally {
    await computation.engine.close()
  }
}

function renderText(name: string, asOf: bigint, preview: ViewPreview): string {
  const { keys, columns, rows, valuesAsOf } = preview
  if (rows.length === 0) return `${name}: no row was known at ${formatInstant(asOf)}\n`
  const isNumber = ({ dtype }: PreviewColumn): boolean => /^(int|float)/.test(dtype)
  const titles = [
    ...keys.map(({ name: title }) => ({ title })),
    { title: 'newest row' },
    { title: 'counts' },
    ...columns.map((column) => ({ title: column.name, align: isNumber(column) ? ('right' as const) : ('left' as const) })),
  ]
  const cells = rows.map(({ keys: key, eventTime, found, values }) => [
    ...key.map((value, at) => showValue(value, keys[at]?.dtype)),
    eventTime === null ? 'static' : formatInstant(eventTime),
    found ? 'yes' : 'stale',
    ...values.map((value, at) => showValue(value, columns[at]?.dtype)),
  ])
  const at = valuesAsOf === null || valuesAsOf === asOf ? '' : `, values on the grid at ${formatInstant(valuesAsOf)}`
  return `${name} as of ${formatInstant(asOf)}${at}\n${renderTable(titles, cells)}`
}

function showValue(value: FeatureValue, dtype: FeatureDtype | undefined): string {
  if (value === null) return 'null'
  if (dtype === 'timestamp' && typeof value === 'bigint') return formatInstant(value)
  // The shortest digits that are the same float32.
  if (dtype === 'float32' && typeof value === 'number' && Number.isFinite(value)) return String(Number(value.toPrecision(7)))
  return String(value)
}

function renderJson(view: string, asOf: bigint, { keys, columns, rows, valuesAsOf }: ViewPreview): string {
  const named = (list: readonly PreviewColumn[], values: readonly FeatureValue[]) =>
    Object.fromEntries(list.map(({ name }, at) => [name, encodeFeatureValue(values[at] ?? null)]))
  const document = {
    view,
    asOf: formatInstant(asOf),
    valuesAsOf: valuesAsOf === null ? null : formatInstant(valuesAsOf),
    rows: rows.map((row) => ({
      keys: named(keys, row.keys),
      eventTime: row.eventTime === null ? null : formatInstant(row.eventTime),
      found: row.found,
      values: named(columns, row.values),
    })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
