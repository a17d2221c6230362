/** Says in plain words why a request does not fit the schema of its route: where, what was expected, what was found. Pure. */

/** One error of the validator, with the value that it is about. */
export interface SchemaError {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string | undefined
  readonly data?: unknown
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'an object',
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
}

/** Letters of a value, or of a name, that a message shows. */
const shownLetters = 60

/** `part` is `body`, `querystring` or `params`: where in the request the value stands. */
export function describeRefused(error: SchemaError | undefined, part: string): string {
  if (error === undefined) return `the ${placeOf(part)} is not as described in /openapi.json`
  const { keyword, params, data } = error
  const place = error.instancePath.slice(1).replaceAll('/', '.')
  const where = place === '' ? `the ${placeOf(part)}` : `${place} in the ${placeOf(part)}`
  const expected = (what: string): string => `${where}: expected ${what}, found ${show(data)}`
  switch (keyword) {
    case 'required':
      return `${where}: expected ${String(params['missingProperty'])}, found none`
    case 'additionalProperties':
      return `${where}: there is no ${show(params['additionalProperty'])}; /openapi.json lists what there is`
    case 'type':
      return expected(typeNames[String(params['type'])] ?? String(params['type']))
    case 'enum':
      return expected(`one of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`)
    case 'minLength':
      return expected(`at least ${String(params['limit'])} characters`)
    case 'maxLength':
      return `${where}: expected at most ${String(params['limit'])} characters, found ${String(data).length}`
    case 'minimum':
      return expected(`at least ${String(params['limit'])}`)
    case 'maximum':
      return expected(`at most ${String(params['limit'])}`)
    case 'format':
      return expected('a time in ISO 8601 with its zone, such as 2013-06-01T06:00:00Z')
    default:
      return `${where} ${error.message ?? 'is not as described in /openapi.json'}`
  }
}

function placeOf(part: string): string {
  return part === 'querystring' ? 'query' : part === 'params' ? 'path' : part
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > shownLetters ? `${text.slice(0, shownLetters)}…` : text
}
