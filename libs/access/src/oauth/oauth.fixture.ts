import { createDataSource } from '@btcforecast/database';
import { createLogger, createOnceStore, ManualClock, newSecretsKey, SecretBox } from '@btcforecast/platform';
import { testDatabase } from '@btcforecast/testing';
import type { Principal } from '../principal.js';
import { permissionsOf } from '../principal.js';
import { AccessTokens } from './access-tokens.js';
import { ClientAssertions } from './client-assertion.js';
import { ClientAuthentication } from './client-authentication.js';
import { OAuthClientAdministration } from './oauth-client-administration.service.js';
import { OAuthClientRepository } from './oauth-client.repository.js';
import { OAuthClients } from './oauth-clients.js';
import { ServerKeyRepository } from './server-key.repository.js';
import { ServerKeys } from './server-keys.js';
import { TokenService } from './token.service.js';

export const ISSUER = 'https://api.example';
const SECRETS_KEY = newSecretsKey();

/** All that one gateway has to do with tokens, on a real database; several of them can stand on one. */
export async function oauthFixture() {
  const database = await testDatabase();
  const dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  const clock = new ManualClock(Date.now());
  const logger = createLogger('test', { level: 'silent' });
  const admin = adminOf('default');
  const closers: (() => Promise<unknown>)[] = [];

  async function gateway(secretsKey = SECRETS_KEY) {
    const repository = new ServerKeyRepository(dataSource);
    const keys = new ServerKeys({ repository, secrets: new SecretBox(secretsKey), clock, logger });
    const clients = new OAuthClients({ repository: new OAuthClientRepository(dataSource), clock, logger });
    const tokens = new AccessTokens({ keys, clients, clock, issuer: ISSUER, lifeSeconds: 600 });
    const once = createOnceStore({ dataSource, clock, logger });
    const assertions = new ClientAssertions({
      once,
      clock,
      issuer: ISSUER,
      tokenEndpoint: `${ISSUER}/oauth/token`,
    });
    const authentication = new ClientAuthentication({ clients, assertions, clock, logger });
    const grants = new TokenService({ authentication, tokens, clients });
    const administration = new OAuthClientAdministration({
      dataSource,
      clock,
      onChanged: (id) => clients.forget(id),
    });
    await keys.refresh();
    const close = () => Promise.all([keys.close(), clients.close(), once.close()]);
    closers.push(close);
    return { keys, clients, tokens, grants, administration };
  }

  return {
    dataSource,
    clock,
    admin,
    gateway,
    async close() {
      await Promise.all(closers.map((close) => close()));
      await dataSource.destroy();
      await database.drop();
    },
  };
}
export type OAuthFixture = Awaited<ReturnType<typeof oauthFixture>>;

export function adminOf(tenant: string): Principal {
  const roles = ['admin'] as const;
  const permissions = permissionsOf(roles, null);
  return {
    kind: 'key',
    id: 'test',
    tenant,
    name: 'test',
    roles,
    permissions,
    instruments: null,
    horizons: null,
  };
}
