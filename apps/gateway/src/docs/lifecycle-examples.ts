const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

const evaluation = {
  id: '17',
  kind: 'technical',
  verdict: 'passed',
  model: 'har@2',
  sha256: SHA256,
  instrument: null,
  checks: [{ name: 'golden_answers', passed: true, detail: '4 golden rows come out to 1e-9 relative' }],
  evidence: { bytes: 5_805, rowMs: 0.062, batchMs: 2.41, batchRows: 256 },
  decidedAt: '2025-01-01T12:00:00.000Z',
};

const move = {
  id: '4',
  instrument: 'BTC-USD',
  alias: 'champion',
  from: 'har@2',
  to: 'har-live@3',
  share: null,
  effectiveOrigin: '2025-01-01T15:00:00.000Z',
  actor: 'key 0a1b2c3d4e5f',
  reason: 'better in shadow over 500 forecasts',
  evaluation: '17',
  movedAt: '2025-01-01T12:31:07.000Z',
};

const model = {
  reference: 'har@2',
  name: 'har',
  version: 2,
  family: 'har_blend',
  status: 'shipped',
  instruments: ['BTC-USD'],
  trainingSpan: { from: '2017-08-17T04:00:00.000Z', to: '2024-06-13T00:00:00.000Z' },
  dataSha256: SHA256,
  codeVersion: '0.1.0',
  sha256: SHA256,
  bytes: 5_805,
  createdAt: '2025-01-01T00:00:00.000Z',
  aliases: [{ instrument: 'BTC-USD', alias: 'champion', since: null }],
  lastVerdict: { kind: 'technical', verdict: 'passed', decidedAt: '2025-01-01T12:00:00.000Z' },
};

const card =
  '# har 2\n\nForecasts the distribution of the log return of BTC-USD over 1 h, 4 h, 24 h, 168 h.\n';

const record = {
  ...model,
  manifest: { format: 1, name: 'har', version: 2, family: 'har_blend' },
  card,
  evaluations: [evaluation],
  moves: [move],
  drift: [
    {
      test: 'coverage',
      horizon: '24h',
      feature: null,
      state: 'quiet',
      statistic: 0.4,
      threshold: 3.1,
      since: null,
      n: 640,
    },
  ],
};

const queued = {
  id: '3f0e8c1a-7a55-4a0e-9a43-5a3b1e0f5c11',
  instrument: 'BTC-USD',
  request: {
    from: '2024-06-13T06:00:00.000Z',
    to: '2024-12-31T18:00:00.000Z',
    every: '6h',
    horizons: ['24h'],
    model: 'champion',
    refit: 'none',
  },
  state: 'queued',
  progress: 0,
  stage: 'waiting for a worker',
  result: null,
  error: null,
  createdAt: '2025-01-01T12:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  source: 'live',
};

const difference = { baseline: 'uncond_1y', n: 804, pinball: 57.9 };
const done = {
  ...queued,
  state: 'done',
  progress: 1,
  stage: 'done',
  startedAt: '2025-01-01T12:00:01.000Z',
  finishedAt: '2025-01-01T12:00:09.000Z',
  result: {
    model: 'har@2',
    origins: 807,
    missing: 0,
    withoutHistory: 0,
    inSample: 0,
    dataSha256: SHA256,
    scores: [
      {
        horizon: '24h',
        n: 804,
        pinball: 55.9,
        crps: 107.1,
        coverage: [{ share: 0.8, mean: 0.803, standardError: 0.014, low: 0.776, high: 0.83 }],
        maeRatio: 0.999,
        differences: [{ ...difference, mean: -2, standardError: 0.6, low: -3.2, high: -0.9 }],
      },
    ],
  },
};

const root = {
  hour: '2025-01-01T12:00:00.000Z',
  firstSeq: 1,
  lastSeq: 9,
  root: SHA256,
  previousRoot: '0'.repeat(64),
  keyId: '0f1e2d3c4b5a6978',
  signature: 'MEUCIQDexample==',
  signedAt: '2025-01-01T13:00:02.000Z',
};
const entry = {
  seq: 2,
  kind: 'forecast',
  subject: '6f1c0e5b0a1f4f1c8f5f3d6e7a2b9c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
  enteredAt: '2025-01-01T12:00:04.000Z',
  body: '{"format":1}',
  previous: SHA256,
  hash: SHA256,
};
const keys = [{ keyId: '0f1e2d3c4b5a6978', publicKey: 'cHVibGljIGtleSBvZiAzMiBieXRlcw==', since: 1 }];

/** Answers about models, backtests and the track record, by method and path. */
export const LIFECYCLE_EXAMPLES: Readonly<Record<string, unknown>> = {
  'GET /v1/models': { data: [model], next: null, source: 'live' },
  'POST /v1/models': record,
  'GET /v1/models/aliases/{instrument}': {
    instrument: 'BTC-USD',
    current: [{ alias: 'champion', model: 'har@2', since: null, reason: 'configured' }],
    data: [move],
    next: null,
    source: 'live',
  },
  'GET /v1/models/{name}/{version}': record,
  'GET /v1/models/{name}/{version}/card': card,
  'POST /v1/models/{name}/{version}/promote': move,
  'POST /v1/models/{name}/{version}/rollback': {
    ...move,
    id: '5',
    from: 'har-live@3',
    to: 'har@2',
    reason: 'coverage fell after the promotion',
    evaluation: null,
  },
  'GET /v1/backtests': { data: [done], next: null, source: 'live' },
  'POST /v1/backtests': queued,
  'GET /v1/backtests/{id}': done,
  'DELETE /v1/backtests/{id}': {
    ...queued,
    state: 'cancelled',
    stage: 'cancelled',
    finishedAt: '2025-01-01T12:00:05.000Z',
  },
  'GET /v1/track-record': { format: 1, source: 'live', entries: [entry], roots: [root], keys, next: null },
  'GET /v1/track-record/proof/{id}': { entry, path: [{ side: 'left', hash: SHA256 }], root, keys },
};
