import { createKeyText } from '@btcforecast/access';
import { OAuthClientEntity, RequestSigningKeyEntity } from '@btcforecast/database';
import { REQUEST_EXAMPLES } from '../docs/examples.js';
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

/** The same of an OAuth client. */
const oauthClient = async ({ dataSource }: Fixture): Promise<RouteSample> => {
  const { id, secretHash } = createKeyText();
  await dataSource.getRepository(OAuthClientEntity).insert({
    ...{
      id,
      secretHash,
      tenant: 'default',
      name: 'test',
      roles: ['viewer'],
      authMethod: 'client_secret_basic',
    },
    ...{ createdBy: 'test', createdAt: new Date() },
  });
  return { params: { id }, owner: 'default' };
};

/** The same of a key that signs requests, and of the key for which it does. */
const signingKey = async (fixture: Fixture): Promise<RouteSample> => {
  const { id } = (await key(fixture)).params;
  const { id: signing } = createKeyText();
  await fixture.dataSource.getRepository(RequestSigningKeyEntity).insert({
    ...{ id: signing, apiKeyId: id, name: 'test', algorithm: 'ed25519', publicKey: ED25519_SPKI },
    ...{ createdBy: 'test', createdAt: new Date() },
  });
  return { params: { id: String(id), signingKey: signing }, owner: 'default' };
};
/** The public key of RFC 9421, appendix B.1.4. */
const ED25519_SPKI = Buffer.from('MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=', 'base64');
/** A user of the tenant `default`, as {@link key}. */
const user = async (fixture: Fixture): Promise<RouteSample> => ({
  params: { id: await fixture.addUser({}) },
  owner: 'default',
});
/** One of whom nobody asks anything: it may be given another tier. */
const tenant = async ({ dataSource }: Fixture): Promise<RouteSample> => {
  await dataSource.query(`INSERT INTO tenants (id, name) VALUES ('spare', 'Spare') ON CONFLICT DO NOTHING`);
  return nobody({ tenant: 'spare' });
};

/** Made over the API by a key of the tenant `default`; gives the id. */
async function make(fixture: Fixture, path: string, body: unknown = undefined): Promise<string> {
  const authorization = `Bearer ${await fixture.addKey({ roles: ['developer'] })}`;
  const content = { method: 'POST', ...(body !== undefined && { body: JSON.stringify(body) }) };
  const headers = { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) };
  const response = await fixture.get(path, headers, content);
  return ((await response.json()) as { id: string }).id;
}

/** A webhook endpoint and a delivery to it; anew each time, since one may delete it, and alone, since few are allowed. */
const webhook = async (fixture: Fixture): Promise<RouteSample> => {
  await fixture.dataSource.query('DELETE FROM webhook_endpoints');
  const id = await make(fixture, '/v1/webhooks', REQUEST_EXAMPLES['POST /v1/webhooks']);
  return { params: { id, delivery: await make(fixture, `/v1/webhooks/${id}/test`) }, owner: 'default' };
};

const alert = async (fixture: Fixture): Promise<RouteSample> => {
  await fixture.dataSource.query('DELETE FROM alert_rules');
  return {
    params: { id: await make(fixture, '/v1/alerts', REQUEST_EXAMPLES['POST /v1/alerts']) },
    owner: 'default',
  };
};

/**
 * One line for each path that has parameters. A new one must be added here, or the authorisation matrix fails: it says
 * whose the thing is, so that no route is forgotten that must hide it from other tenants.
 */
export const ROUTE_SAMPLES: Readonly<Record<string, Sample>> = {
  '/v1/alerts/{id}': alert,
  '/v1/alerts/{id}/history': alert,
  '/v1/backtests/{id}': { params: { id: BACKTEST }, owner: 'default' },
  '/v1/forecasts/by-id/{id}': nobody({ id: '0'.repeat(64) }),
  '/v1/forecasts/by-id/{id}/reproduce': nobody({ id: '0'.repeat(64) }),
  '/v1/forecasts/{instrument}': instrument,
  '/v1/forecasts/{instrument}/history': instrument,
  '/v1/forecasts/{instrument}/probability': instrument,
  '/v1/instruments/{id}/candles': nobody({ id: 'BTC-USD' }),
  '/v1/keys/{id}': key,
  '/v1/keys/{id}/rotate': key,
  '/v1/keys/{id}/signing-keys': key,
  '/v1/keys/{id}/signing-keys/{signingKey}': signingKey,
  '/v1/models/aliases/{instrument}': instrument,
  '/v1/models/{name}/{version}': version,
  '/v1/models/{name}/{version}/card': version,
  '/v1/models/{name}/{version}/graph': version,
  '/v1/models/{name}/{version}/promote': version,
  '/v1/models/{name}/{version}/rollback': version,
  '/v1/oauth-clients/{id}': oauthClient,
  '/v1/oauth-clients/{id}/rotate': oauthClient,
  '/v1/performance/{instrument}': instrument,
  '/v1/sessions/{id}': nobody({ id: BACKTEST }),
  '/v1/tenants/{tenant}': tenant,
  '/v1/track-record/proof/{id}': nobody({ id: '0'.repeat(64) }),
  '/v1/users/{id}': user,
  ...inference(['', '/config', '/infer', '/ready', '/stats']),
  '/v2/repository/models/{model}/load': nobody({ model: 'har' }),
  '/v2/repository/models/{model}/unload': nobody({ model: 'har' }),
  '/v1/webhooks/{id}': webhook,
  '/v1/webhooks/{id}/deliveries': webhook,
  '/v1/webhooks/{id}/deliveries/{delivery}': webhook,
  '/v1/webhooks/{id}/deliveries/{delivery}/replay': webhook,
  '/v1/webhooks/{id}/replay': webhook,
  '/v1/webhooks/{id}/secrets': webhook,
  '/v1/webhooks/{id}/secrets/rotate': webhook,
  '/v1/webhooks/{id}/test': webhook,
};

/** Models belong to no tenant, here as in /v1/models. */
function inference(ends: readonly string[]): Record<string, Sample> {
  return Object.fromEntries(
    ends.flatMap((end) => [
      [`/v2/models/{model}${end}`, nobody({ model: 'har' })],
      [`/v2/models/{model}/versions/{version}${end}`, nobody({ model: 'har', version: '2' })],
    ]),
  );
}

export async function sampleOf(fixture: Fixture, path: string): Promise<RouteSample> {
  const sample = ROUTE_SAMPLES[path] ?? (path.includes('{') ? undefined : nobody({}));
  if (sample === undefined) throw new Error(`${path} is not in ROUTE_SAMPLES (testing/route-samples.ts)`);
  return typeof sample === 'function' ? sample(fixture) : sample;
}
