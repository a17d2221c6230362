/**
 * A page of computed values as text, made by the engine: keys and values as `encodeEntityKey` and `encodeFeatureValue` write them. Thousands
 * of rows leave the engine as one cell: what is done for each row outside of it costs more than computing the row. SQL as text.
 */
import type { FeatureDtype } from '../../core/feature-dtype.ts'
import { quoteName, quoteText } from '../engine/quote.ts'
import { createdColumn, eventColumn, fillRelations, type ViewFill } from './view-fill.ts'

/**
 * One row. `lines`: the rows that have a value, as `FilledPage` takes them; `gone`: a JSON array of the keys that have none; `after`: the
 * last key.
 */
export function buildPage(fill: ViewFill, from: number, rows: number): string {
  const isRowRead = fill.definition.features.length > 0
  const times = [eventColumn, createdColumn].map((name) => (isRowRead ? `coalesce(epoch_us(${name})::varchar, '\\N')` : `'\\N'`))
  const cells = [escaped('key'), ...times, escaped(valuesText(fill))]
  const line = cells.join(`, ${quoteText('\t')}, `)
  return `select coalesce(string_agg(concat(${line}, ${quoteText('\n')}), '') filter (found), '') as lines,
      coalesce(to_json(list(key order by "__row") filter (not found)), '[]')::varchar as gone, arg_max(key, "__row") as after
    from (select *, "__found:fill" as found, ${keyText(fill)} as key from ${fillRelations(fill).values.quoted}
          where "__row" >= ${from} and "__row" < ${from + rows})`
}

/** A backslash is the one character of JSON text that a line needs doubled: line feeds and tabs are written as escapes there already. */
function escaped(cell: string): string {
  return `replace(${cell}, '\\', '\\\\')`
}

/** Serving looks rows up by this text: to the byte what `encodeEntityKey` writes. */
function keyText({ view }: ViewFill): string {
  const values = view.keys.map(({ dtype }, index) => keyValue(dtype, `k${index}`))
  return `concat('[', ${values.join(`, ',', `)}, ']')`
}

function keyValue(dtype: FeatureDtype, column: string): string {
  if (dtype === 'string') return `coalesce(${jsonString(column)}, 'null')`
  const text = `${plainValue(dtype, column)}::varchar`
  return `coalesce(${dtype === 'int64' || dtype === 'timestamp' ? `'"' || ${text} || '"'` : text}, 'null')`
}

/** JSON.stringify writes letters of `\u001f` small, the engine large: texts with such characters are written piece by piece. */
function jsonString(column: string): string {
  const controls = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code))
  const escapeOf = (char: string): string => quoteText(JSON.stringify(char).slice(1, -1))
  // The backslash first: it is in what the others become.
  const replaced = ['\\', '"', ...controls].reduce(
    (text, char) => `replace(${text}, chr(${char.charCodeAt(0)}), ${escapeOf(char)})`,
    column,
  )
  return `case when regexp_matches(${column}, '[\\x00-\\x1f]') then concat('"', ${replaced}, '"') else to_json(${column})::varchar end`
}

/** NaN, infinities and -0 are rare: a row without them is written in one go. */
function valuesText({ view }: ViewFill): string {
  const columns = view.features.map(({ name, dtype }) => ({ dtype, column: quoteName(name) }))
  const plain = `json_array(${columns.map(({ dtype, column }) => plainValue(dtype, column)).join(', ')})::varchar`
  const floats = columns.filter(({ dtype }) => isFloat(dtype))
  if (floats.length === 0) return plain
  const careful = columns.map(({ dtype, column }) => (isFloat(dtype) ? carefulFloat(column) : plainValue(dtype, column)))
  const isPlain = floats.map(({ column }) => `coalesce(${isPlainFloat(column)}, true)`).join(' and ')
  return `case when ${isPlain} then ${plain} else json_array(${careful.join(', ')})::varchar end`
}

function isFloat(dtype: FeatureDtype): boolean {
  return dtype === 'float32' || dtype === 'float64'
}

function isPlainFloat(column: string): string {
  return `(isfinite(${column}) and (${column} <> 0 or not signbit(${column})))`
}

function carefulFloat(column: string): string {
  const text = `case when isnan(${column}) then 'NaN' when ${column} = 0 then '-0' when ${column} > 0 then 'Infinity' else '-Infinity' end`
  return `case when ${column} is null then null when ${isPlainFloat(column)} then to_json(${column}::double) else to_json(${text}) end`
}

function plainValue(dtype: FeatureDtype, column: string): string {
  switch (dtype) {
    case 'int64':
      return `${column}::bigint::varchar`
    case 'timestamp':
      return `epoch_us(${column})::varchar`
    case 'float32':
    case 'float64':
      return `${column}::double`
    case 'string':
      return `${column}::varchar`
    case 'bool':
    case 'int32':
      return column
  }
}
