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
  model: { name: 'har', version: 1 },
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

const baseline = { n: 640, pinball: 58.12, difference: -2.31, low: -3.6, high: -1.05 };

/** One example for each path; a test checks them against the schemas. */
export const OPERATION_EXAMPLES: Readonly<Record<string, unknown>> = {
  '/v1/instruments': {
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
  '/v1/instruments/{id}/candles': {
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
    nextCursor: null,
  },
  '/v1/forecasts/{instrument}': forecast,
  '/v1/forecasts/{instrument}/history': {
    instrument: 'BTC-USD',
    horizon: '24h',
    source: 'live',
    data: [{ ...forecast, outcome }],
    nextCursor: null,
  },
  '/v1/forecasts/by-id/{id}': { ...forecast, outcome },
  '/v1/performance/{instrument}': {
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
    excluded: { late: 2, backfilled: 0, inSample: 0, void: 0, pending: 24 },
  },
  '/health/live': { status: 'live' },
  '/health/ready': { status: 'ready' },
};
