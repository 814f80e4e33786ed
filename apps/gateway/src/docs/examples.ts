import { ACCESS_EXAMPLES, ACCESS_REQUEST_EXAMPLES } from './access-examples.js';
import { AUDIT_EXAMPLES } from './audit-examples.js';
import { INFERENCE_EXAMPLES, INFERENCE_REQUEST_EXAMPLES } from './inference-examples.js';
import { LIFECYCLE_EXAMPLES } from './lifecycle-examples.js';
import { OAUTH_EXAMPLES, OAUTH_REQUEST_EXAMPLES } from './oauth-examples.js';
import { USAGE_EXAMPLES } from './usage-examples.js';
import { sseText, streamExamples } from './stream-examples.js';
import { NOTIFICATION_EXAMPLES, NOTIFICATION_REQUESTS } from './notification-examples.js';

const quantiles = {
  '0.05': 91_240.1,
  '0.1': 92_310.5,
  '0.25': 93_720.9,
  '0.5': 95_010.2,
  '0.75': 96_301.7,
  '0.9': 97_780.4,
  '0.95': 98_890.3,
};

const forecast = {
  id: '6f1c0e5b0a1f4f1c8f5f3d6e7a2b9c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
  instrument: 'BTC-USD',
  horizon: '24h',
  origin: '2025-01-01T12:00:00.000Z',
  target: '2025-01-02T12:00:00.000Z',
  price: 95_000,
  quantiles,
  probabilityUp: 0.501,
  volatility: 0.0243,
  model: { name: 'har', version: 2 },
  venue: 'binance',
  source: 'live',
  issuedAt: '2025-01-01T12:00:02.512Z',
  timeliness: 'on_time',
  inSample: false,
  canonical: true,
};

const outcome = {
  state: 'matured',
  close: 96_120.5,
  logReturn: 0.01172,
  pinball: 41.37,
  crps: 79.21,
  covered: { '50': true, '80': true, '90': true },
  directionHit: true,
};

const runtime = { onnxruntime: '1.30.0', cpu: 'AMD EPYC 7763', arch: 'x64', node: 'v24.21.0' };

const standing = {
  grade: 'proven_skill',
  reason: 'beats every baseline: 2.31 below uncond_1y over 640 outcomes, at most 0.42 below',
  asOf: '2025-01-01T12:00:41.220Z',
  coverage: { n: 500, '50': 0.512, '80': 0.804, '90': 0.898 },
  skill: { n: 640, baseline: 'uncond_1y', difference: -2.31, low: -4.2, high: -0.42 },
};

const baseline = { n: 640, pinball: 58.12, difference: -2.31, low: -3.6, high: -1.05 };

/** One answer for each route; a test checks them against the schemas. */
export const OPERATION_EXAMPLES: Readonly<Record<string, unknown>> = {
  'GET /v1/instruments': {
    data: [
      {
        id: 'BTC-USD',
        base: 'BTC',
        quote: 'USD',
        source: 'live',
        venue: 'binance',
        intervals: ['1m', '5m', '15m', '1h', '4h', '1d'],
        lastCandleAt: '2025-01-01T12:00:00.000Z',
        marketTime: '2025-01-01T12:00:41.220Z',
        openGaps: 0,
      },
    ],
    source: 'live',
  },
  'GET /v1/instruments/{id}/candles': {
    instrument: 'BTC-USD',
    interval: '1h',
    venue: 'binance',
    source: 'live',
    data: [
      {
        openTime: '2025-01-01T11:00:00.000Z',
        closeTime: '2025-01-01T12:00:00.000Z',
        open: 94_800.1,
        high: 95_120,
        low: 94_655.3,
        close: 95_000,
        volume: 812.4,
      },
    ],
    gaps: [],
    next: null,
  },
  'GET /v1/forecasts/{instrument}': { ...forecast, standing },
  'GET /v1/forecasts/{instrument}/history': {
    instrument: 'BTC-USD',
    horizon: '24h',
    source: 'live',
    data: [{ ...forecast, outcome }],
    next: null,
  },
  'GET /v1/forecasts/by-id/{id}': { ...forecast, outcome },
  'GET /v1/forecasts/{instrument}/probability': {
    instrument: 'BTC-USD',
    horizon: '24h',
    origin: forecast.origin,
    target: forecast.target,
    price: forecast.price,
    event: { kind: 'above', low: 100_000, high: null },
    probability: 0.034,
    method: 'extrapolated',
    forecastId: forecast.id,
    model: forecast.model,
    standing,
    source: 'live',
  },
  'POST /v1/forecasts/by-id/{id}/reproduce': {
    id: forecast.id,
    verdict: 'identical',
    detail: 'the same inputs, the same quantiles, bit for bit',
    recomputedId: forecast.id,
    stored: quantiles,
    recomputed: quantiles,
    largestDifference: 0,
    runtime: { stored: runtime, now: runtime },
  },
  ...AUDIT_EXAMPLES,
  ...LIFECYCLE_EXAMPLES,
  ...ACCESS_EXAMPLES,
  ...OAUTH_EXAMPLES,
  ...INFERENCE_EXAMPLES,
  ...USAGE_EXAMPLES,
  'GET /v1/stream': sseText(Object.values(streamExamples({ ...forecast, outcome }).events)),
  'POST /v1/stream/tickets': {
    ticket: 'btcf_ticket_works-once-and-for-half-a-minute-0123456789abc',
    expiresAt: '2025-01-01T12:00:30.000Z',
  },
  ...NOTIFICATION_EXAMPLES,
  'GET /v1/performance/{instrument}': {
    instrument: 'BTC-USD',
    horizon: '24h',
    window: '30d',
    source: 'live',
    from: '2024-12-02T12:00:00.000Z',
    to: '2024-12-31T11:00:00.000Z',
    n: 640,
    pinball: 55.81,
    crps: 107.3,
    coverage: { '50': 0.507, '80': 0.795, '90': 0.897 },
    direction: { n: 640, hitRate: 0.506, low: 0.447, high: 0.566 },
    baselines: { ewma_rw: baseline, garch_t: baseline, uncond_1y: baseline },
    excluded: { late: 2, backfilled: 0, inSample: 0, unproven: 0, void: 0, pending: 24 },
  },
  'GET /health/live': { status: 'live' },
  'GET /health/ready': { status: 'ready' },
};

/** One request body for each route that takes one. */
export const REQUEST_EXAMPLES: Readonly<Record<string, unknown>> = {
  ...ACCESS_REQUEST_EXAMPLES,
  ...OAUTH_REQUEST_EXAMPLES,
  ...INFERENCE_REQUEST_EXAMPLES,
  ...NOTIFICATION_REQUESTS,
  'POST /v1/models': {
    name: 'mine',
    onnx: 'CAo6AA==',
    manifest: { format: 1, family: 'user', version: 1, name: 'mine' },
  },
  'POST /v1/models/{name}/{version}/promote': {
    instrument: 'BTC-USD',
    alias: 'challenger',
    reason: 'better calibrated in the walk-forward',
  },
  'POST /v1/models/{name}/{version}/rollback': {
    instrument: 'BTC-USD',
    reason: 'coverage fell after the promotion',
  },
  'POST /v1/backtests': {
    instrument: 'BTC-USD',
    from: '2024-06-13T06:00:00Z',
    to: '2024-12-31T18:00:00Z',
    every: '6h',
    horizons: ['1h', '24h'],
    model: 'champion',
    refit: 'none',
  },
};
