/** The OpenAPI 3.1 document of the admin API, from its routes. Pure. */
import type { ControlRoute } from './control-route.ts'
import type { JsonSchema } from './json-schema.ts'

export function buildControlOpenApi(routes: readonly ControlRoute[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const operations = (paths[route.path] ??= {})
    operations[route.method.toLowerCase()] = describeOperation(route)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Mainward control plane', version },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  }
}

const refusals = {
  '400': 'The request is not as described.',
  '401': 'The token is missing or wrong.',
  '503': 'The database, or what was asked for, is away.',
}

const writeRefusals = {
  '202': 'Taken, and not decided yet.',
  '409': 'Something else holds already.',
  '413': 'The body is too large.',
  '415': 'The body is no JSON.',
}

function describeOperation({ method, summary, open, pathSchema, querySchema, bodySchema }: ControlRoute): object {
  const named = pathSchema === undefined ? {} : { '404': 'There is nothing of this name.' }
  const parameters = [...describeParameters('path', pathSchema), ...describeParameters('query', querySchema)]
  const responses = Object.entries({ ...refusals, ...named, ...(method === 'POST' ? writeRefusals : {}) }).filter(
    ([status]) => status !== '401' || open !== true,
  )
  return {
    summary,
    ...(open === true ? {} : { security: [{ token: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(bodySchema === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: bodySchema } } } }),
    responses: {
      '200': { description: 'The answer.' },
      ...Object.fromEntries(responses.map(([status, description]) => [status, { description }])),
    },
  }
}

function describeParameters(place: 'path' | 'query', schema: JsonSchema | undefined): readonly object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    ...(place === 'path' ? { required: true } : {}),
    description,
    schema: rest,
  }))
}
