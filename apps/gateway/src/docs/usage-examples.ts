const counts = { requests: 1_310, units: 1_402, refused: 3 };

/** One answer for each route about usage. */
export const USAGE_EXAMPLES: Readonly<Record<string, unknown>> = {
  'GET /v1/usage': {
    tenant: 'acme',
    tier: 'standard',
    limits: {
      burst: { limit: 1_200, remaining: 1_174, windowSeconds: 60, resetSeconds: 42 },
      daily: { limit: 200_000, remaining: 198_598, windowSeconds: 86_400, resetSeconds: 43_201 },
      concurrent: { limit: 25, inFlight: 1 },
    },
    data: [
      {
        day: '2025-01-01',
        ...counts,
        routes: [
          { route: 'GET /v1/forecasts/{instrument}', requests: 1_287, units: 1_287, refused: 3 },
          { route: 'GET /v1/performance/{instrument}', requests: 23, units: 115, refused: 0 },
        ],
      },
    ],
  },
};
