import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Headers of every reply to somebody known whose tier has limits. */
export const QUOTA_HEADERS = {
  RateLimitPolicy: {
    description: 'What the tenant may use, a list: `"burst";q=1200;w=60, "daily";q=200000;w=86400`',
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'What is left of it: `"burst";r=1199;t=42, "daily";r=199999;t=43201`',
    schema: { type: 'string' },
  },
} as const satisfies NonNullable<OpenAPIObject['components']>['headers'];

const REFS = {
  'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
  RateLimit: { $ref: '#/components/headers/RateLimit' },
};

export function addQuotaHeaders(operation: Operation): void {
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!response || !('description' in response)) continue;
    if (Number(status) < 300 || status === '429') response.headers = { ...response.headers, ...REFS };
  }
}

export function costText(cost = 1): string {
  if (cost === 0) return 'Costs nothing.';
  return cost === 1 ? 'Costs 1 unit.' : `Costs ${cost} units.`;
}
