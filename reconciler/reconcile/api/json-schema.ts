/** The part of JSON Schema 2020-12 that the admin API's requests are described with. */
export interface JsonSchema {
  readonly type: 'object' | 'string' | 'integer' | 'boolean'
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false
  readonly enum?: readonly string[]
  readonly format?: 'date-time'
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: number
}
