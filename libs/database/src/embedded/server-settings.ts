export interface ServerSettings {
  readonly port: number;
  readonly maxConnections: number;
  readonly durable: boolean;
  /** Win over all others. */
  readonly further: Readonly<Record<string, string | number>>;
}

/**
 * Command-line settings of a small server: it shares one machine with everything else, serves a few dozen
 * connections, and its tables are scanned by index. Nothing is read from postgresql.conf that matters here.
 */
export function serverSettings({ port, maxConnections, durable, further }: ServerSettings): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    max_connections: maxConnections,
    shared_buffers: '32MB', // the newest candles and forecasts; the kernel caches the rest
    work_mem: '4MB',
    maintenance_work_mem: '32MB',
    effective_cache_size: '256MB',
    wal_buffers: '4MB',
    min_wal_size: '80MB',
    max_wal_size: '512MB',
    max_wal_senders: 0,
    max_worker_processes: 2,
    max_logical_replication_workers: 0,
    // Workers of a parallel query share memory through /dev/shm, which containers keep at 64 MB.
    max_parallel_workers_per_gather: 0,
    max_parallel_maintenance_workers: 0,
    autovacuum_max_workers: 1,
    autovacuum_worker_slots: 1,
    io_method: 'sync', // three helper processes fewer
    jit: 'off',
    huge_pages: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    cluster_name: 'btcforecast',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...further,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
