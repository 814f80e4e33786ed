import { readFileSync } from 'node:fs';
import { PatroniCluster } from '../rig/patroni-cluster.js';
import type { Place } from '../rig/places.js';
import { ApiClient } from './api-client.js';
import { serversUp } from './balancers.js';
import { MARKET_SPEED, RegionsBase, type RigSettings } from './regions-base.js';
import { Starter } from './starter.js';

const READY_MS = 240_000;
const FORECAST_MS = 300_000;
/** Of everybody: a name with the addresses of both global HAProxy. */
export const WAY_IN = 'way-in:8443';
export const FORECAST = '/v1/forecasts/BTC-USD?horizon=24h';

/** Whole regions, and what there is once, as compose has them. */
export interface RegionsRig {
  readonly base: RegionsBase;
  readonly cluster: PatroniCluster;
  readonly starter: Starter;
  /** Of the first administrator. */
  readonly key: string;
}

/**
 * Starts everything and waits until each region answers with a forecast.
 *
 * @param note is told what has been reached
 * @throws AppError transient service.not_ready, when something does not come up in time
 */
export async function startRegions(settings: RigSettings, note: (what: string) => void): Promise<RegionsRig> {
  const base = new RegionsBase(settings);
  await base.prepare();
  note(`${base.containers.size} services have their places`);
  base.startExchange();
  const starter = new Starter(base, note);
  await starter.startAll(base.services.map(({ name }) => name));
  await base.setMarketSpeed(MARKET_SPEED);
  note('everything is started');
  const ca = readFileSync(base.secretFile('ca.pem'), 'utf8');
  const cluster = new PatroniCluster(postgresNodes(base), ca, settings.signal);
  const rig = { base, cluster, starter, key: base.firstKey() };
  await untilReady(rig, note);
  return rig;
}

/** PostgreSQL of every region. */
export function postgresNodes(base: RegionsBase): Place[] {
  return base.regions.map(({ name }) => {
    const { folder } = base.container(`${name}-postgres`).spec;
    // By name, as its certificate has it.
    return { host: `postgres-${name}`, address: `postgres-${name}`, folder };
  });
}

async function untilReady({ base, cluster, key }: RegionsRig, note: (what: string) => void): Promise<void> {
  await cluster.whole(READY_MS);
  note('PostgreSQL is whole');
  for (const { name } of base.regions) {
    await untilRegionReady(base, name, key);
    note(`${name} answers with a forecast`);
  }
  await untilAllFound(base);
}

/** Waits until both ways in for everybody lead to both nginx of every region. */
export async function untilAllFound(base: RegionsBase): Promise<void> {
  for (const host of ['global-haproxy', 'global-haproxy-2']) {
    await base.waitUntil(
      `${host} leads to all regions`,
      async () => (await serversUp(`http://${host}:8404`, 'any_region')).length === 2 * base.regions.length,
      READY_MS,
    );
  }
}

/** Waits until all gateways of a region are in use and it forecasts. */
export async function untilRegionReady(base: RegionsBase, region: string, key: string): Promise<void> {
  const { gateways } = base.regions.find(({ name }) => name === region)!;
  await base.waitUntil(
    `all gateways of ${region} are up`,
    async () => {
      const both = [`${region}-haproxy`, `${region}-haproxy-2`];
      const up = await Promise.all(both.map((host) => serversUp(`http://${host}:8404`, 'gateways')));
      return up.flat().filter((server) => server.startsWith('gateway')).length === both.length * gateways;
    },
    READY_MS,
  );
  const client = new ApiClient({ at: `nginx-${region}:8443`, caFile: base.secretFile('ca.pem'), key });
  try {
    await base.waitUntil(
      `${region} answers with a forecast`,
      async () => (await client.get(FORECAST)).status === 200,
      FORECAST_MS,
      1_000,
    );
  } finally {
    client.close();
  }
}
