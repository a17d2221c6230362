/** The JSON Schema of a request with outcomes, and its type. What a schema says badly stands in read-outcomes.ts. */
import type { OutcomeValue } from './outcome-record.ts'

export interface OutcomesRequest {
  readonly outcomes: readonly GivenOutcome[]
}

export interface GivenOutcome {
  readonly id?: string
  readonly request_id?: string
  readonly row?: number
  readonly model?: string
  readonly unit?: string | number
  readonly time?: string
  readonly label?: OutcomeValue
  readonly event?: string
  readonly value?: OutcomeValue
}

const scalar = { type: ['number', 'boolean', 'string'], maxLength: 1000 }

export function buildOutcomesSchema({ rows, unitLength }: { readonly rows: number; readonly unitLength: number }) {
  return {
    type: 'object',
    required: ['outcomes'],
    additionalProperties: false,
    properties: {
      outcomes: {
        type: 'array',
        minItems: 1,
        maxItems: rows,
        items: {
          type: 'object',
          description: 'A label or an event, of a request_id (and row) or of a unit and model.',
          additionalProperties: false,
          properties: {
            id: {
              type: 'string',
              minLength: 1,
              maxLength: 200,
              description: 'Sent again under the same id it is stored once. When left out, its content is its id.',
            },
            request_id: { type: 'string', minLength: 1, maxLength: 128, description: 'Of the prediction.' },
            row: { type: 'integer', minimum: 0, maximum: rows - 1, description: 'Position in that request; 0 when left out.' },
            model: { type: 'string', minLength: 1, maxLength: 253 },
            unit: {
              type: ['string', 'number'],
              maxLength: unitLength,
              description: 'Belongs to its latest prediction up to time.',
            },
            time: { type: 'string', description: 'When it happened: ISO 8601 with zone, data time. Now when left out.' },
            label: { ...scalar, description: 'What really was, in place of the score or class.' },
            event: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,99}$', description: 'Name of what happened.' },
            value: { ...scalar, description: 'Of the event.' },
          },
        },
      },
    },
  } as const
}
