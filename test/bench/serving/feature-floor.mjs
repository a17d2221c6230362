// The floor of online features: node:http and pg, one query a request on a table with a row for each view and entity, and what it
// finds as JSON. No statuses, no ages, nothing checked.
import pg from 'pg'
import { listen, readBody, writeJson } from './floor-http.mjs'

const views = ['activity', 'profile', 'account']
const pool = new pg.Pool({ connectionString: process.argv[2], max: 8 })
const text = 'SELECT key, ts, v FROM floor_rows WHERE key = ANY($1)'

listen(async (request, response) => {
  const { entities } = JSON.parse((await readBody(request)).toString())
  const keys = entities.entity_id.flatMap((id) => views.map((view) => `${view}:${id}`))
  const { rows } = await pool.query({ name: 'read', text, values: [keys] })
  writeJson(response, rows)
})
