/**
 * What each dashboard shows. In expressions `{$}` stands for the matchers of region, job and instance, `{$r}` for that of
 * the region alone (recordings by region) and `{$i}` for region and instance; `[$]` is the interval of a rate.
 */
const series = (title, unit, description, targets, more = {}) => ({
  type: 'timeseries',
  title,
  unit,
  description,
  targets,
  ...more,
});
const stat = (title, unit, description, expr, legend, more = {}) => ({
  type: 'stat',
  title,
  unit,
  description,
  targets: [[expr, legend]],
  ...more,
});
const table = (title, unit, description, expr, legend) => ({
  type: 'table',
  title,
  unit,
  description,
  targets: [[expr, legend]],
  w: 12,
});
const share = (bad, all) => `${bad} / ${all}`;
const quantile = (q, metric, by) =>
  `histogram_quantile(${q}, sum by (${by}, le) (rate(${metric}_bucket{$}[$])))`;
const OURS = 'gateway|market-data|prediction|worker';

export const dashboards = [
  {
    file: 'global-overview',
    title: 'Global Overview',
    asks: 'Is the service as a whole well, and if not, where should I look?',
    jobs: `${OURS}|node|probe|haproxy`,
    panels: [
      stat(
        'Gateways up',
        'short',
        'Gateways that answer Prometheus, by region.',
        'sum by (region) (up{$r,job="gateway"})',
        '{{region}}',
      ),
      stat(
        'Requests',
        'reqps',
        'Requests answered by all gateways, health checks left out.',
        'sum(region:http_requests:rate5m{$r})',
        'all regions',
      ),
      stat(
        'Share of errors',
        'percentunit',
        'Share of requests answered with 5xx; the objective is 0.1 %.',
        share('sum(region:http_errors:rate5m{$r})', 'sum(region:http_requests:rate5m{$r})'),
        'all regions',
      ),
      stat(
        'Age of the newest forecast',
        's',
        'Event time since the newest origin, the oldest instrument counts. Up to an hour is normal.',
        'max by (region) (region_instrument:forecast_newest_age:seconds{$r})',
        '{{region}}',
      ),
      stat(
        'Budget left',
        'percentunit',
        'Share of the error budget of 30 days that is left, by objective; the worst region counts.',
        'min by (slo) (region:slo_budget_left:ratio{$r})',
        '{{slo}}',
        { w: 8 },
      ),
      series(
        'Requests by region',
        'reqps',
        'Where the traffic goes; a region that loses all of it has failed over.',
        [['region:http_requests:rate5m{$r}', '{{region}}']],
      ),
      series('Share of errors by region', 'percentunit', 'Share of requests answered with 5xx.', [
        ['region:http_errors_per_requests:ratio_rate5m{$r}', '{{region}}'],
      ]),
      series(
        'Latency of reads',
        's',
        'How long reads of forecasts take, as quantiles over the traffic of each region; the objective is 100 ms for 99 %.',
        [
          ['region:http_request_duration_seconds:p50_rate5m{$r}', 'p50 {{region}}'],
          ['region:http_request_duration_seconds:p95_rate5m{$r}', 'p95 {{region}}'],
          ['region:http_request_duration_seconds:p99_rate5m{$r}', 'p99 {{region}}'],
        ],
      ),
      table(
        'Active alerts',
        'short',
        'What fires now, without the watchdog.',
        'sum by (alertname, severity, region) (ALERTS{alertstate="firing",alertname!="Watchdog"})',
        '{{alertname}}',
      ),
      table(
        'Targets up',
        'percentunit',
        'Share of the targets that answer, by job and region.',
        'avg by (job, region) (up{$})',
        '{{job}} {{region}}',
      ),
      series(
        'Burn of the budgets',
        'short',
        'How many times too fast each budget burned over the last hour; above 14.4 somebody is woken.',
        [
          [
            'region:slo_bad_per_total:ratio_rate1h{$r} / on (slo) group_left () (1 - slo:objective:ratio)',
            '{{slo}} {{region}}',
          ],
        ],
      ),
      series(
        'Processors',
        'percentunit',
        'Share of the processors in use, mean over the hosts of a region.',
        [['avg by (region) (instance:node_cpu_used:ratio_rate5m{$r})', '{{region}}']],
      ),
      series('Memory', 'percentunit', 'Share of the memory in use, the fullest host of a region.', [
        ['max by (region) (instance:node_memory_used:ratio{$r})', '{{region}}'],
      ]),
      series('Disks', 'percentunit', 'The fullest file system of each region.', [
        ['max by (region) (instance_mountpoint:node_filesystem_used:ratio{$r})', '{{region}}'],
      ]),
      series(
        'Certificates',
        'd',
        'Days until the certificate of each address ends; below 20 a warning fires.',
        [['(probe_ssl_earliest_cert_expiry{$} - time()) / 86400', '{{instance}}']],
      ),
      series('Probes from outside', 's', 'How long a request from outside takes, name and TLS included.', [
        ['probe_duration_seconds{$}', '{{instance}}'],
      ]),
    ],
  },
  {
    file: 'regional-comparison',
    title: 'Regional Comparison',
    asks: 'Does one region do worse than the others, and has traffic moved?',
    jobs: `${OURS}|haproxy|node|patroni`,
    panels: [
      series('Share of the traffic', 'percentunit', 'Share of all requests that each region answers.', [
        ['region:http_requests:rate5m{$r} / scalar(sum(region:http_requests:rate5m))', '{{region}}'],
      ]),
      series('95th percentile of reads', 's', 'On one axis, so that regions can be compared.', [
        ['region:http_request_duration_seconds:p95_rate5m{$r}', '{{region}}'],
      ]),
      series('Share of errors', 'percentunit', 'Share of requests answered with 5xx.', [
        ['region:http_errors_per_requests:ratio_rate5m{$r}', '{{region}}'],
      ]),
      series(
        'Answered from memory',
        'percentunit',
        'Share of the latest forecasts that gateways answer from memory.',
        [['region:forecast_cache_hits_per_requests:ratio_rate10m{$r}', '{{region}}']],
      ),
      series('4xx and 5xx', 'reqps', 'Replies that tell of an error, by class.', [
        ['sum by (region) (rate(http_requests_total{$,status=~"4.."}[$]))', '4xx {{region}}'],
        ['sum by (region) (rate(http_requests_total{$,status=~"5.."}[$]))', '5xx {{region}}'],
      ]),
      series('Servers in rotation', 'short', 'Servers that HAProxy sends requests to, backups included.', [
        [
          'sum by (region, proxy) (haproxy_backend_active_servers{$} + haproxy_backend_backup_servers{$})',
          '{{region}} {{proxy}}',
        ],
      ]),
      series(
        'Retries and redispatches',
        'ops',
        'Requests that HAProxy sent again, to the same server or another.',
        [
          ['sum by (region) (rate(haproxy_backend_retry_warnings_total{$}[$]))', 'retries {{region}}'],
          [
            'sum by (region) (rate(haproxy_backend_redispatch_warnings_total{$}[$]))',
            'redispatches {{region}}',
          ],
        ],
      ),
      series(
        'Age of candles',
        's',
        'Event time since the newest minute closed, the oldest instrument counts.',
        [
          [
            'max by (region) (region_instrument:market_newest_candle_age:seconds{$r,interval="1m"})',
            '{{region}}',
          ],
        ],
      ),
      series('Age of forecasts', 's', 'Event time since the newest origin, the oldest instrument counts.', [
        ['max by (region) (region_instrument:forecast_newest_age:seconds{$r})', '{{region}}'],
      ]),
      series('Replica lag', 's', 'How far the replica of each region is behind the primary.', [
        ['max by (region) (instance:patroni_replication_lag:seconds{$r})', '{{region}}'],
      ]),
      series('Jobs waiting', 'short', 'Jobs that wait in all queues of a region.', [
        ['sum by (region) (region_queue:queue_jobs:waiting{$r})', '{{region}}'],
      ]),
      series('Processors', 'percentunit', 'Share of the processors in use, mean over the hosts.', [
        ['avg by (region) (instance:node_cpu_used:ratio_rate5m{$r})', '{{region}}'],
      ]),
      series(
        'Budget left',
        'percentunit',
        'Share of the error budget of 30 days that is left, by objective and region.',
        [['region:slo_budget_left:ratio{$r}', '{{slo}} {{region}}']],
      ),
      series(
        'Starts',
        'short',
        'Processes that started within five minutes: releases and failovers show here.',
        [['sum by (region, job) (changes(process_start_time_seconds{$}[5m]))', '{{region}} {{job}}']],
      ),
    ],
  },
  {
    file: 'api',
    title: 'API',
    asks: 'What do clients get, how fast, and what behind the gateway holds it up?',
    jobs: 'gateway|prediction|market-data',
    panels: [
      series('Requests by route', 'reqps', 'Requests answered, by the pattern of their route.', [
        ['sum by (route) (rate(http_requests_total{$}[$]))', '{{route}}'],
      ]),
      series('Replies by status', 'reqps', 'Requests answered, by status.', [
        ['sum by (status) (rate(http_requests_total{$}[$]))', '{{status}}'],
      ]),
      series('Errors by route', 'reqps', 'Requests answered with 5xx, by route and status.', [
        ['sum by (route, status) (rate(http_requests_total{$,status=~"5.."}[$]))', '{{route}} {{status}}'],
      ]),
      series('95th percentile by route', 's', 'How long requests take, by route.', [
        [quantile(0.95, 'http_request_duration_seconds', 'route'), '{{route}}'],
      ]),
      series('Quantiles of all requests', 's', 'How long requests take, all routes together.', [
        [quantile(0.5, 'http_request_duration_seconds', 'region'), 'p50 {{region}}'],
        [quantile(0.95, 'http_request_duration_seconds', 'region'), 'p95 {{region}}'],
        [quantile(0.99, 'http_request_duration_seconds', 'region'), 'p99 {{region}}'],
      ]),
      series('Being answered', 'short', 'Requests that are being answered at this moment.', [
        ['http_requests_in_flight{$}', '{{instance}}'],
      ]),
      series(
        'Latest forecasts by source',
        'reqps',
        'hit: from memory; miss: from prediction; stale: from memory because prediction is away.',
        [['sum by (outcome) (rate(forecast_cache_requests_total{$}[$]))', '{{outcome}}']],
      ),
      series('Calls to other services', 'reqps', 'Calls that gateways make, by what became of them.', [
        ['sum by (message, outcome) (rate(rpc_client_requests_total{$}[$]))', '{{message}} {{outcome}}'],
      ]),
      series('95th percentile of calls', 's', 'How long other services take to answer, by message.', [
        [quantile(0.95, 'rpc_server_duration_seconds', 'message'), '{{message}}'],
      ]),
      series(
        'Instances that can be asked',
        'short',
        'Instances of each service that a gateway can ask; none left means errors.',
        [['min by (region, target, state) (rpc_client_instances{$})', '{{target}} {{state}} {{region}}']],
      ),
      series('Calls by gRPC', 'reqps', 'Calls of inference by gRPC, by method and status.', [
        ['sum by (method, code) (rate(grpc_requests_total{$}[$]))', '{{method}} {{code}}'],
      ]),
      series('95th percentile by gRPC', 's', 'How long calls by gRPC take, by method.', [
        [quantile(0.95, 'grpc_request_duration_seconds', 'method'), '{{method}}'],
      ]),
      series(
        'Credentials refused',
        'ops',
        'Credentials that were not valid; held: not looked at, because their source has to wait.',
        [['sum by (outcome) (rate(credentials_refused_total{$}[$]))', '{{outcome}}']],
      ),
      series('Audit entries waiting', 'short', 'Entries that are not in the chain yet.', [
        ['audit_entries_waiting{$}', '{{instance}}'],
      ]),
      series(
        'Lag of the event loop',
        's',
        '99th percentile of how late the thread of a process comes to its work.',
        [['nodejs_eventloop_lag_p99_seconds{$}', '{{job}} {{instance}}']],
      ),
      series('Memory of processes', 'bytes', 'Resident memory of each process.', [
        ['process_resident_memory_bytes{$}', '{{job}} {{instance}}'],
      ]),
      series('Processor of processes', 'percentunit', 'Share of one processor that each process uses.', [
        ['sum by (job, instance) (rate(process_cpu_seconds_total{$}[$]))', '{{job}} {{instance}}'],
      ]),
    ],
  },
  {
    file: 'market-data',
    title: 'Market Data',
    asks: 'Do candles come, from where, and what is missing?',
    jobs: 'market-data',
    panels: [
      stat(
        'Age of the newest minute',
        's',
        'Event time since it closed; above 120 a warning fires.',
        'max by (instrument) (region_instrument:market_newest_candle_age:seconds{$r,interval="1m"})',
        '{{instrument}}',
        { w: 8 },
      ),
      stat(
        'Open gaps',
        'short',
        'Ranges of candles that are missing and not repaired.',
        'sum(max by (venue, instrument) (market_open_gaps{$}))',
        'gaps',
        { w: 8 },
      ),
      stat(
        'Speed of the market',
        'short',
        'Event seconds per second: 1 live, more in a replay, 0 while it stands still.',
        'max by (region) (market_event_speed_ratio{$})',
        '{{region}}',
        { w: 8 },
      ),
      series('Age of candles', 's', 'Event time since the newest candle closed, by interval.', [
        ['region_instrument:market_newest_candle_age:seconds{$r}', '{{instrument}} {{interval}} {{region}}'],
      ]),
      series('Candles stored', 'ops', 'Candles stored, by venue and by how they came.', [
        [
          'sum by (venue, interval, provenance) (rate(market_candles_ingested_total{$}[$]))',
          '{{venue}} {{interval}} {{provenance}}',
        ],
      ]),
      series('Gaps by venue', 'short', 'Open gaps, by venue and instrument.', [
        ['max by (region, venue, instrument) (market_open_gaps{$})', '{{venue}} {{instrument}} {{region}}'],
      ]),
      series('Candles refused', 'ops', 'Candles that cannot be true.', [
        ['sum by (venue, interval) (rate(market_candles_rejected_total{$}[$]))', '{{venue}} {{interval}}'],
      ]),
      series('Corrections', 'ops', 'Later values that differ from the first final one; kept apart.', [
        ['sum by (venue, interval) (rate(market_candle_corrections_total{$}[$]))', '{{venue}} {{interval}}'],
      ]),
      series(
        'Difference between venues',
        'percentunit',
        'Last price of the venue in use beside another, as a share of the price.',
        [['market_cross_venue_deviation_ratio{$}', '{{instrument}} {{venue}} to {{other}}']],
      ),
      series('Changes of venue', 'short', 'Changes of the venue in use within an hour, by the new one.', [
        ['sum by (region, venue) (increase(market_venue_switches_total{$}[1h]))', '{{venue}} {{region}}'],
      ]),
      series('Streams opened again', 'short', 'Streams opened again within an hour, by reason.', [
        ['sum by (venue, reason) (increase(market_stream_reconnects_total{$}[1h]))', '{{venue}} {{reason}}'],
      ]),
      series('Events', 'short', '1 while events flow.', [
        ['min by (region, job) (events_flowing{$})', '{{job}} {{region}}'],
      ]),
    ],
  },
  {
    file: 'forecast-quality',
    title: 'Forecast Quality and Model Performance',
    asks: 'Are forecasts made, how good are they beside the baselines, and who makes them?',
    jobs: 'prediction|worker',
    panels: [
      series(
        'Loss beside the baselines',
        'short',
        'Mean pinball loss over 30 days, times 10,000; less is better.',
        [
          [
            'max by (instrument, horizon, model) (forecast_live_pinball{$})',
            '{{instrument}} {{horizon}} {{model}}',
          ],
        ],
      ),
      series('Loss relative to the best baseline', 'short', 'Below 1 the champion is better.', [
        [
          'max by (instrument, horizon) (region:forecast_pinball_per_best_baseline:ratio{$r})',
          '{{instrument}} {{horizon}}',
        ],
      ]),
      series(
        'Error of the coverage',
        'percentunit',
        'Observed less claimed coverage over 30 days; below 0 the interval is too narrow.',
        [
          [
            'max by (instrument, horizon, interval) (region:forecast_coverage_error:ratio{$r})',
            '{{instrument}} {{horizon}} {{interval}} %',
          ],
        ],
      ),
      series(
        'Right directions',
        'percentunit',
        'Share of right directions over 30 days; about one half is what to expect.',
        [['max by (instrument, horizon) (forecast_live_direction_ratio{$})', '{{instrument}} {{horizon}}']],
      ),
      series('Forecasts behind the scores', 'short', 'Matured forecasts of 30 days.', [
        ['max by (instrument, horizon) (forecast_live_scored{$})', '{{instrument}} {{horizon}}'],
      ]),
      table(
        'Grades',
        'short',
        'The grade that travels with each reply.',
        'max by (instrument, horizon, grade) (forecast_grade{$}) == 1',
        '{{grade}}',
      ),
      table(
        'Who answers',
        'short',
        'Which model holds which alias.',
        'max by (instrument, alias, model) (forecast_model_info{$})',
        '{{model}}',
      ),
      series('Forecasts issued', 'ops', 'By horizon and by whether they came in time.', [
        [
          'sum by (horizon, timeliness, outcome) (rate(forecast_issued_total{$}[$]))',
          '{{horizon}} {{timeliness}} {{outcome}}',
        ],
      ]),
      series('Age of forecasts', 's', 'Event time since the newest origin.', [
        ['region_instrument:forecast_newest_age:seconds{$r}', '{{instrument}} {{region}}'],
      ]),
      series('Issuing a batch', 's', '95th percentile of issuing, and of its two largest parts.', [
        [quantile(0.95, 'forecast_issue_seconds', 'region'), 'all {{region}}'],
        [quantile(0.95, 'forecast_window_query_seconds', 'region'), 'reading the window {{region}}'],
        [quantile(0.95, 'forecast_inference_seconds', 'region'), 'inference {{region}}'],
      ]),
      series('Inference for clients', 's', '95th percentile of one run of a graph, and of waiting for it.', [
        [quantile(0.95, 'inference_run_seconds', 'region'), 'run {{region}}'],
        [quantile(0.95, 'inference_queue_seconds', 'region'), 'waiting {{region}}'],
      ]),
      series('Rows of a run', 'short', 'Mean number of rows that share one run.', [
        [
          'sum by (region) (rate(inference_run_rows_sum{$}[$])) / sum by (region) (rate(inference_run_rows_count{$}[$]))',
          '{{region}}',
        ],
      ]),
      series('Failures', 'short', 'What could not be answered, loaded or run within an hour.', [
        ['sum by (region) (increase(forecast_origins_unanswered_total{$}[1h]))', 'origins {{region}}'],
        ['sum by (region) (increase(forecast_model_failures_total{$}[1h]))', 'models {{region}}'],
        ['sum by (region) (increase(forecast_challenger_failures_total{$}[1h]))', 'challengers {{region}}'],
        ['sum by (region) (increase(inference_failures_total{$}[1h]))', 'inference {{region}}'],
      ]),
      series(
        'Evidence of drift',
        'short',
        'Sequential tests, log10 of the evidence; a test is raised at its threshold.',
        [
          [
            'max by (instrument, test, subject) (forecast_drift_log10_e{$})',
            '{{instrument}} {{test}} {{subject}}',
          ],
        ],
      ),
      table(
        'Drift raised',
        'bool',
        '1 while raised within the last week of event time.',
        'max by (instrument, test, subject) (forecast_drift_raised{$})',
        '{{test}}',
      ),
      series('Gate and rollout', 'short', 'Verdicts and moves within a day.', [
        ['sum by (verdict) (increase(model_gate_total{$}[1d]))', 'gate: {{verdict}}'],
        ['sum by (step) (increase(model_rollout_steps_total{$}[1d]))', 'rollout: {{step}}'],
      ]),
      series('Champions swapped', 'short', 'Times within a day that another model took over.', [
        [
          'sum by (instrument, region) (increase(forecast_model_swaps_total{$}[1d]))',
          '{{instrument}} {{region}}',
        ],
      ]),
      series('Track record', 's', 'How far it is behind, and how old the newest signed hour is.', [
        ['max by (region) (track_record_lag_seconds{$})', 'behind {{region}}'],
        ['max by (region) (track_record_root_age_seconds{$})', 'signed {{region}}'],
      ]),
      stat(
        'Entries of the track record',
        'short',
        'Forecasts and outcomes in the chain.',
        'max(track_record_entries{$})',
        'entries',
      ),
    ],
  },
  {
    file: 'queues',
    title: 'Queues',
    asks: 'Is work done as fast as it comes, and what fails?',
    jobs: 'worker|redis',
    panels: [
      series('Jobs waiting', 'short', 'Jobs that wait, by queue.', [
        ['region_queue:queue_jobs:waiting{$r}', '{{queue}} {{region}}'],
      ]),
      series('Jobs by state', 'short', 'Jobs of all queues, by state.', [
        ['sum by (state) (max by (region, queue, state) (queue_jobs{$}))', '{{state}}'],
      ]),
      series('Oldest job', 's', 'How long the oldest waiting job has waited.', [
        ['max by (region, queue) (queue_oldest_waiting_seconds{$})', '{{queue}} {{region}}'],
      ]),
      series('Attempts', 'ops', 'Attempts that ended, by queue and by how.', [
        ['sum by (queue, outcome) (rate(queue_jobs_total{$}[$]))', '{{queue}} {{outcome}}'],
      ]),
      series(
        'Share that fails',
        'percentunit',
        'Share of the attempts that fail; refused requests are no failures.',
        [['region_queue:queue_jobs_failed_per_jobs:ratio_rate10m{$r}', '{{queue}} {{region}}']],
      ),
      series('Failures by job', 'ops', 'Attempts that failed, by job and kind of error.', [
        [
          'sum by (exported_job, outcome) (rate(queue_jobs_total{$,outcome!="ok"}[$]))',
          '{{exported_job}} {{outcome}}',
        ],
      ]),
      series('Time of jobs', 's', '95th percentile of running a job.', [
        [quantile(0.95, 'queue_job_duration_seconds', 'queue, exported_job'), '{{queue}} {{exported_job}}'],
      ]),
      series('Jobs taken over', 'short', 'Jobs taken over within an hour from processes that were gone.', [
        ['sum by (region, queue) (increase(queue_jobs_stalled_total{$}[1h]))', '{{queue}} {{region}}'],
      ]),
      series('Failed and kept', 'short', 'Jobs that failed for good and wait for somebody to look.', [
        ['max by (region, queue) (queue_jobs{$,state="failed"})', '{{queue}} {{region}}'],
      ]),
      series('Workers up', 'short', 'Workers that answer Prometheus.', [
        ['sum by (region) (up{$,job="worker"})', '{{region}}'],
      ]),
      series(
        'Memory of the store',
        'percentunit',
        'Share of the memory that the Redis of the queues uses; it evicts nothing.',
        [
          [
            'redis_memory_used_bytes{$,store="queue"} / (redis_memory_max_bytes{$,store="queue"} > 0)',
            '{{instance}}',
          ],
        ],
      ),
      series('Lag of the event loop', 's', '99th percentile, workers.', [
        ['nodejs_eventloop_lag_p99_seconds{$,job="worker"}', '{{instance}}'],
      ]),
    ],
  },
  {
    file: 'database-replication',
    title: 'Database Replication',
    asks: 'Who is primary, how far are the replicas behind, and does the database hold out?',
    jobs: 'postgres|patroni|etcd',
    panels: [
      table(
        'Members',
        'bool',
        '1: is the primary.',
        'max by (scope, region, instance) (patroni_primary{$})',
        '{{instance}}',
      ),
      table(
        'Synchronous standbys',
        'bool',
        '1: what it has acknowledged cannot be lost with the primary.',
        'max by (scope, region, instance) (patroni_sync_standby{$})',
        '{{instance}}',
      ),
      series(
        'Lag in seconds',
        's',
        'How old the last commit is that a replica has replayed, while it has not replayed everything.',
        [['instance:patroni_replication_lag:seconds{$i}', '{{instance}} {{region}}']],
      ),
      series('Lag in bytes', 'bytes', 'WAL that the primary has written and the replica has not replayed.', [
        ['instance:patroni_replication_lag:bytes{$i}', '{{instance}} {{region}}'],
      ]),
      series('Timeline', 'short', 'Grows by one with each failover; all members must agree.', [
        ['patroni_postgres_timeline{$}', '{{instance}}'],
      ]),
      series('WAL written', 'Bps', 'WAL that the primary writes.', [
        ['max by (scope) (rate(patroni_xlog_location{$}[$]))', '{{scope}}'],
      ]),
      series('WAL kept for slots', 'bytes', 'WAL that a slot keeps on the primary.', [
        ['pg_replication_slots_pg_wal_lsn_diff{$}', '{{slot_name}}'],
      ]),
      series('Slots in use', 'bool', '1: a replica reads the slot.', [
        ['pg_replication_slots_active{$}', '{{slot_name}}'],
      ]),
      series('Connections', 'percentunit', 'Share of the connections that are taken.', [
        ['instance:pg_connections_per_max:ratio{$i}', '{{instance}}'],
      ]),
      series('Sessions by state', 'short', 'What the sessions do.', [
        ['sum by (instance, state) (pg_stat_activity_count{$})', '{{instance}} {{state}}'],
      ]),
      series('Transactions', 'ops', 'Committed and rolled back.', [
        ['sum by (instance) (rate(pg_stat_database_xact_commit{$}[$]))', 'committed {{instance}}'],
        ['sum by (instance) (rate(pg_stat_database_xact_rollback{$}[$]))', 'rolled back {{instance}}'],
      ]),
      series('Longest transaction', 's', 'How long the longest transaction has been open.', [
        ['max by (instance) (pg_stat_activity_max_tx_duration{$})', '{{instance}}'],
      ]),
      series('Blocks found in memory', 'percentunit', 'Share of the blocks read that were in the buffers.', [
        [
          'sum by (instance) (rate(pg_stat_database_blks_hit{$}[$])) / (sum by (instance) (rate(pg_stat_database_blks_hit{$}[$])) + sum by (instance) (rate(pg_stat_database_blks_read{$}[$])))',
          '{{instance}}',
        ],
      ]),
      series('Locks', 'short', 'Locks held, by mode.', [['sum by (mode) (pg_locks_count{$})', '{{mode}}']]),
      series('Deadlocks', 'short', 'Deadlocks within an hour.', [
        ['sum by (instance) (increase(pg_stat_database_deadlocks{$}[1h]))', '{{instance}}'],
      ]),
      series('Size', 'bytes', 'Size of each database.', [
        ['pg_database_size_bytes{$}', '{{datname}} {{instance}}'],
      ]),
      series('Archive', 's', 'Time since WAL was last archived.', [
        ['pg_stat_archiver_last_archive_age{$}', '{{instance}}'],
      ]),
      series('Archive failures', 'short', 'Attempts to archive within an hour, good and bad.', [
        ['increase(pg_stat_archiver_archived_count{$}[1h])', 'archived {{instance}}'],
        ['increase(pg_stat_archiver_failed_count{$}[1h])', 'failed {{instance}}'],
      ]),
      series('Leader of etcd', 'bool', '1: the member sees a leader.', [
        ['etcd_server_has_leader{$}', '{{instance}}'],
      ]),
      series('Disk of etcd', 's', '99th percentile of writing to the log.', [
        [quantile(0.99, 'etcd_disk_wal_fsync_duration_seconds', 'instance'), '{{instance}}'],
      ]),
    ],
  },
  {
    file: 'redis',
    title: 'Redis',
    asks: 'Who is master, does memory suffice, and is what is queued safe?',
    jobs: 'redis',
    panels: [
      table(
        'Members',
        'short',
        'What each Redis is.',
        'max by (region, store, instance, role) (redis_instance_info{$})',
        '{{role}}',
      ),
      series('Up', 'bool', '1: the exporter can ask it.', [['redis_up{$}', '{{store}} {{instance}}']]),
      series('Memory', 'bytes', 'Memory that each Redis uses.', [
        ['redis_memory_used_bytes{$}', '{{store}} {{instance}}'],
      ]),
      series(
        'Share of the memory',
        'percentunit',
        'Of a cache it is meant to be full; of queues it is not.',
        [['redis_memory_used_bytes{$} / (redis_memory_max_bytes{$} > 0)', '{{store}} {{instance}}']],
      ),
      series('Commands', 'ops', 'Commands that were run.', [
        ['sum by (store, instance) (rate(redis_commands_processed_total{$}[$]))', '{{store}} {{instance}}'],
      ]),
      series('Keys found', 'percentunit', 'Share of the keys asked for that were there.', [
        [
          'sum by (store, instance) (rate(redis_keyspace_hits_total{$}[$])) / (sum by (store, instance) (rate(redis_keyspace_hits_total{$}[$])) + sum by (store, instance) (rate(redis_keyspace_misses_total{$}[$])))',
          '{{store}} {{instance}}',
        ],
      ]),
      series('Keys evicted', 'ops', 'Keys that had to go; of queues never.', [
        ['sum by (store, instance) (rate(redis_evicted_keys_total{$}[$]))', '{{store}} {{instance}}'],
      ]),
      series('Clients', 'short', 'Connected and waiting.', [
        ['redis_connected_clients{$}', 'connected {{store}} {{instance}}'],
        ['redis_blocked_clients{$}', 'waiting {{store}} {{instance}}'],
      ]),
      series('Replicas', 'short', 'Replicas that are connected.', [
        ['redis_connected_slaves{$}', '{{store}} {{instance}}'],
      ]),
      series('Append-only file', 'bool', '1: the last write went well.', [
        ['redis_aof_last_write_status{$}', '{{store}} {{instance}}'],
      ]),
      series('Size of the append-only file', 'bytes', 'It is rewritten when it has doubled.', [
        ['redis_aof_current_size_bytes{$}', '{{store}} {{instance}}'],
      ]),
      series(
        'Fragmentation',
        'short',
        'Resident memory as a multiple of what is used; above 1.5 for long is waste.',
        [['redis_mem_fragmentation_ratio{$}', '{{store}} {{instance}}']],
      ),
      series(
        'Connections refused',
        'short',
        'Connections refused within an hour because there were too many.',
        [
          [
            'sum by (store, instance) (increase(redis_rejected_connections_total{$}[1h]))',
            '{{store}} {{instance}}',
          ],
        ],
      ),
    ],
  },
  {
    file: 'edge',
    title: 'Edge',
    asks: 'Do requests get from the client to a gateway: nginx, HAProxy, Varnish?',
    jobs: 'haproxy|nginx|varnish|probe',
    panels: [
      series('Probes', 'bool', '1: the address answers as it should from outside.', [
        ['probe_success{$}', '{{instance}}'],
      ]),
      series('Requests', 'reqps', 'Requests at each kind of door.', [
        ['sum by (region) (rate(nginx_http_requests_total{$}[$]))', 'nginx {{region}}'],
        ['sum by (region) (rate(haproxy_frontend_http_requests_total{$}[$]))', 'HAProxy {{region}}'],
        ['sum by (region) (rate(varnish_main_client_req{$}[$]))', 'Varnish {{region}}'],
      ]),
      series('Servers up', 'short', 'Servers behind each backend of HAProxy that are up.', [
        ['sum by (region, proxy) (haproxy_backend_active_servers{$})', '{{region}} {{proxy}}'],
      ]),
      table(
        'Servers',
        'bool',
        '1: the server is up.',
        'max by (region, proxy, server) (haproxy_server_status{$,state="UP"})',
        '{{server}}',
      ),
      series('Replies by class', 'reqps', 'What HAProxy got from the servers.', [
        ['sum by (region, code) (rate(haproxy_backend_http_responses_total{$}[$]))', '{{code}} {{region}}'],
      ]),
      series('Waiting for a server', 'short', 'Requests in the queue of HAProxy.', [
        ['sum by (region, proxy) (haproxy_backend_current_queue{$})', '{{proxy}} {{region}}'],
      ]),
      series('Time of replies', 's', 'Mean of the last 1,024 replies, by backend.', [
        ['avg by (region, proxy) (haproxy_backend_response_time_average_seconds{$})', '{{proxy}} {{region}}'],
      ]),
      series('Retries and redispatches', 'ops', 'Requests that HAProxy sent again.', [
        ['sum by (region) (rate(haproxy_backend_retry_warnings_total{$}[$]))', 'retries {{region}}'],
        [
          'sum by (region) (rate(haproxy_backend_redispatch_warnings_total{$}[$]))',
          'redispatches {{region}}',
        ],
      ]),
      series('Checks that failed', 'ops', 'Failed health checks, by server.', [
        [
          'sum by (region, server) (rate(haproxy_server_check_failures_total{$}[$]))',
          '{{server}} {{region}}',
        ],
      ]),
      series('Sessions of HAProxy', 'short', 'Open sessions, by frontend.', [
        ['sum by (region, proxy) (haproxy_frontend_current_sessions{$})', '{{proxy}} {{region}}'],
      ]),
      series('Connections of nginx', 'short', 'Open, and of these idle.', [
        ['sum by (region) (nginx_connections_active{$})', 'open {{region}}'],
        ['sum by (region) (nginx_connections_waiting{$})', 'idle {{region}}'],
      ]),
      series('Answered by Varnish', 'percentunit', 'Share of the lookups that were in the cache.', [
        [
          'sum by (region) (rate(varnish_main_cache_hit{$}[$])) / (sum by (region) (rate(varnish_main_cache_hit{$}[$])) + sum by (region) (rate(varnish_main_cache_miss{$}[$])))',
          '{{region}}',
        ],
      ]),
      series('Objects thrown out of Varnish', 'ops', 'Objects that had to make room.', [
        ['sum by (region) (rate(varnish_main_n_lru_nuked{$}[$]))', '{{region}}'],
      ]),
      series('Certificates', 'd', 'Days until the certificate of each address ends.', [
        ['(probe_ssl_earliest_cert_expiry{$} - time()) / 86400', '{{instance}}'],
      ]),
    ],
  },
];
