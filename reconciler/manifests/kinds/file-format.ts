/** Which format a data file has. */

/** By the end of the name; null for another one. */
export function fileFormat(file: string): 'parquet' | 'csv' | null {
  return file.endsWith('.parquet') ? 'parquet' : file.endsWith('.csv') ? 'csv' : null
}
