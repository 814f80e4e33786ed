import type { Fixture } from './start-fixture.js';

/** Values for the parameters of one path, as they are written in the API document. */
export interface RouteSample {
  readonly params: Readonly<Record<string, string>>;
  /**
   * Whose the thing is that the parameters name. `default`: it is there and belongs to that tenant, so that another
   * one must not find it. `nobody`: it belongs to no tenant, or is not there.
   */
  readonly owner: 'default' | 'nobody';
}

type Sample = RouteSample | ((fixture: Fixture) => Promise<RouteSample>);

const nobody = (params: Record<string, string>): RouteSample => ({ params, owner: 'nobody' });
const BACKTEST = '3f0e8c1a-7a55-4a0e-9a43-5a3b1e0f5c11';
const version = nobody({ name: 'har', version: '2' });
const instrument = nobody({ instrument: 'BTC-USD' });

/** A key of the tenant `default`, made anew for each question, since one may revoke it. */
const key = async (fixture: Fixture): Promise<RouteSample> => ({
  params: { id: (await fixture.addKey({})).slice(5, 17) },
  owner: 'default',
});

/**
 * One line for each path that has parameters. A new one must be added here, or the authorisation matrix fails: it says
 * whose the thing is, so that no route is forgotten that must hide it from other tenants.
 */
export const ROUTE_SAMPLES: Readonly<Record<string, Sample>> = {
  '/v1/backtests/{id}': { params: { id: BACKTEST }, owner: 'default' },
  '/v1/forecasts/by-id/{id}': nobody({ id: '0'.repeat(64) }),
  '/v1/forecasts/by-id/{id}/reproduce': nobody({ id: '0'.repeat(64) }),
  '/v1/forecasts/{instrument}': instrument,
  '/v1/forecasts/{instrument}/history': instrument,
  '/v1/forecasts/{instrument}/probability': instrument,
  '/v1/instruments/{id}/candles': nobody({ id: 'BTC-USD' }),
  '/v1/keys/{id}': key,
  '/v1/keys/{id}/rotate': key,
  '/v1/models/aliases/{instrument}': instrument,
  '/v1/models/{name}/{version}': version,
  '/v1/models/{name}/{version}/card': version,
  '/v1/models/{name}/{version}/graph': version,
  '/v1/models/{name}/{version}/promote': version,
  '/v1/models/{name}/{version}/rollback': version,
  '/v1/performance/{instrument}': instrument,
  '/v1/tenants/{tenant}': nobody({ tenant: 'default' }),
  '/v1/track-record/proof/{id}': nobody({ id: '0'.repeat(64) }),
};

export async function sampleOf(fixture: Fixture, path: string): Promise<RouteSample> {
  const sample = ROUTE_SAMPLES[path] ?? (path.includes('{') ? undefined : nobody({}));
  if (sample === undefined) throw new Error(`${path} is not in ROUTE_SAMPLES (testing/route-samples.ts)`);
  return typeof sample === 'function' ? sample(fixture) : sample;
}
