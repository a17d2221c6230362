/** The route that hands out records of predictions, as JSON lines in order of data time. */
import { Readable } from 'node:stream'
import { MainwardError } from '../../core/error.ts'
import type { StoredRecord } from '../../database/record-queries.ts'
import { didYouMean, listNames } from '../../manifests/nearest-name.ts'
import type { ControlRoute } from './control-route.ts'
import type { ControlStore } from './control-store.ts'

export function recordsRoute(store: ControlStore): ControlRoute {
  return {
    method: 'GET',
    path: '/api/v1/records',
    summary: 'The newest records of a model, oldest first, as JSON lines; with the label where it is known.',
    querySchema: {
      type: 'object',
      additionalProperties: false,
      required: ['model'],
      properties: {
        model: { type: 'string', minLength: 1, maxLength: 253, description: 'Name of the model.' },
        last: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 100, description: 'How many at most.' },
        environment: { type: 'string', minLength: 1, maxLength: 253, description: 'The one of this reconciler when left out.' },
      },
    },
    answer: async ({ query }) => {
      const { model, last } = query as { readonly model: string; readonly last: number }
      const environment = typeof query.environment === 'string' ? query.environment : null
      if (!(await store.hasRecords(environment, model))) throw await explainNone(store, environment, model)
      const pages = store.readRecords({ environment, model, last })
      return { status: 200, body: Readable.from(writePages(pages), { objectMode: false }), contentType: 'application/x-ndjson' }
    },
  }
}

async function* writePages(pages: AsyncGenerator<readonly StoredRecord[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map(writeRecord).join('')
}

/** The record's own text, with the label behind its last member. */
function writeRecord({ record, label, labelTime }: StoredRecord): string {
  if (label === null || labelTime === null) return `${record}\n`
  return `${record.slice(0, -1)},"label":${label},"label_known_at":${JSON.stringify(labelTime)}}\n`
}

async function explainNone(store: ControlStore, environment: string | null, model: string): Promise<MainwardError> {
  const models = await store.listModels(environment)
  const where = environment === null ? '' : ` in ${environment}`
  if (models.includes(model)) {
    return new MainwardError('not-found', `there are no records of ${model}${where} yet`, {
      hint: 'a prediction is recorded within a few seconds; mainward replay sends some',
    })
  }
  const known = models.length === 0 ? 'no model is served' : `served are ${listNames([...models].sort())}`
  return new MainwardError('not-found', `there is no model ${model}${where}, and there are no records of it`, {
    hint: didYouMean(model, models) ?? known,
  })
}
