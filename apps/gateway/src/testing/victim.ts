import { REQUEST_EXAMPLES } from '../docs/examples.js';
import { askApi } from './api-caller.js';
import type { Fixture } from './start-fixture.js';

/** Stands in every name that the victim chose: an answer that holds it tells of the victim. */
export const CANARY = 'victims-own-thing';

export interface Victim {
  readonly tenant: string;
  readonly key: string;
  /** Ids of what belongs to it, by what it is. */
  readonly ids: Readonly<Record<string, string>>;
  /** Where each of them can be read by its owner. */
  readonly addresses: readonly string[];
}

/** A tenant that has one of everything that can belong to a tenant. */
export async function makeVictim(fixture: Fixture): Promise<Victim> {
  const tenant = 'victim';
  const key = await fixture.addKey({ tenant, roles: ['owner', 'developer'] });
  /** @param keyId in the place of `{id}` */
  const make = async (route: string, changes: object, keyId = ''): Promise<string> => {
    const example = REQUEST_EXAMPLES[`POST ${route}`] as object;
    const path = route.replace('{id}', keyId);
    const { status, body, text } = await askApi(fixture, 'POST', path, {
      key,
      body: { ...example, ...changes },
    });
    if (status >= 300) throw new Error(`POST ${path} answered ${status}: ${text}`);
    return String(body['id']);
  };
  const name = { name: CANARY };
  const ids = {
    key: await make('/v1/keys', { ...name, roles: ['viewer'], expiresAt: undefined }),
    client: await make('/v1/oauth-clients', { ...name, roles: ['viewer'], expiresAt: undefined }),
    user: await make('/v1/users', { ...name, email: `${CANARY}@example.com`, roles: ['viewer'] }),
    webhook: await make('/v1/webhooks', { description: CANARY }),
    alert: await make('/v1/alerts', name),
  };
  const delivery = await askApi(fixture, 'POST', `/v1/webhooks/${ids.webhook}/test`, { key });
  const signing = await make('/v1/keys/{id}/signing-keys', name, ids.key);
  return {
    ...{ tenant, key },
    ids: { ...ids, delivery: String(delivery.body['id']), signing },
    addresses: [
      `/v1/keys/${ids.key}`,
      `/v1/keys/${ids.key}/signing-keys`,
      `/v1/oauth-clients/${ids.client}`,
      `/v1/users/${ids.user}`,
      `/v1/webhooks/${ids.webhook}`,
      `/v1/webhooks/${ids.webhook}/secrets`,
      `/v1/alerts/${ids.alert}`,
    ],
  };
}
