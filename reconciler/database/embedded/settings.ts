/** Settings of the embedded server: durable, and small when idle. Given at every start, so that they follow the program. */

export type ServerSettings = Readonly<Record<string, string | number>>

export const embeddedSettings: ServerSettings = {
  listen_addresses: '127.0.0.1',
  // Socket paths are limited to 107 bytes, and state folders are not.
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  autovacuum: 'on',
  autovacuum_max_workers: 1,
  autovacuum_worker_slots: 1,
  max_connections: 40,
  shared_buffers: '16MB',
  jit: 'off',
  // Reading in the server process itself: the default keeps three more processes.
  io_method: 'sync',
  max_worker_processes: 1,
  max_parallel_workers: 0,
  max_parallel_workers_per_gather: 0,
  max_logical_replication_workers: 0,
  wal_level: 'minimal',
  max_wal_senders: 0,
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
}

/** As arguments of the server program. */
export function settingsArguments(settings: ServerSettings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
