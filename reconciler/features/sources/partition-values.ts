/** Values of Hive partitions, from a path: `flights/day=2013-01-01/a.parquet`. Pure. */

/** Hive writes a null as this. */
const nullValue = '__HIVE_DEFAULT_PARTITION__'

/** The text of each partition, null for Hive's null; undefined for one that the path does not have. */
export function readPartition(path: string, name: string): string | null | undefined {
  const folder = path
    .split('/')
    .slice(0, -1)
    .find((part) => part.startsWith(`${name}=`))
  if (folder === undefined) return undefined
  const value = decode(folder.slice(name.length + 1))
  return value === nullValue ? null : value
}

/** Writers escape what a path cannot hold; text that was not escaped is taken as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
