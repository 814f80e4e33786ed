import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestVerifier } from '@btcforecast/access';
import { newSecretsKey } from '@btcforecast/platform';
import { idOf, PAIR, pemOf, signerFixture, type SignerFixture } from '../testing/signer.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

let fixture: Fixture;
let client: SignerFixture;
beforeAll(async () => {
  fixture = await startFixture({ SECRETS_KEY: newSecretsKey() });
  client = await signerFixture(fixture);
});
afterAll(() => fixture.close());

describe('a signing key', () => {
  it('shows its secret once, and is kept sealed', async () => {
    const signer = await client.makeSigner(true, 'hmac-sha256');
    const path = `/v1/keys/${idOf(signer.key)}/signing-keys`;
    const listed = await client.asAdmin('GET', path);
    const secret = signer.signing.key.export().toString('base64');
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    const [row] = await fixture.dataSource.query(
      'SELECT sealed_secret FROM request_signing_keys WHERE id = $1',
      [signer.signing.id],
    );
    expect(row.sealed_secret.includes(signer.signing.key.export())).toBe(false);
    expect(fixture.log.text).not.toContain(secret);
  });

  it('is of a public key of ed25519 in PEM, and of nothing else', async () => {
    const path = `/v1/keys/${idOf(fixture.key)}/signing-keys`;
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const privatePem = PAIR.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    for (const publicKey of [pemOf(ec.publicKey), privatePem, 'nonsense', '']) {
      expect(await client.asAdmin('POST', path, { name: 'x', publicKey })).toMatchObject({
        status: 400,
        body: { code: 'request.invalid', detail: expect.not.stringContaining('MC4CAQ') },
      });
    }
    for (const body of [
      { name: 'x' },
      { name: 'x', algorithm: 'hmac-sha256', publicKey: pemOf(PAIR.publicKey) },
    ]) {
      expect((await client.asAdmin('POST', path, body)).status).toBe(400);
    }
  });

  it('of a key of another tenant does not exist', async () => {
    await fixture.dataSource.query(
      `INSERT INTO tenants (id, name) VALUES ('other', 'Other') ON CONFLICT DO NOTHING`,
    );
    const stranger = await fixture.addKey({ tenant: 'other', roles: ['owner'] });
    const headers = { authorization: `Bearer ${stranger}`, 'content-type': 'application/json' };
    const path = `${fixture.url}/v1/keys/${idOf(fixture.key)}/signing-keys`;
    const body = JSON.stringify({ name: 'x', publicKey: pemOf(PAIR.publicKey) });
    for (const [method, address] of [
      ['GET', path],
      ['POST', path],
      ['DELETE', `${path}/${'a'.repeat(12)}`],
    ] as const) {
      const response = await fetch(address, {
        method,
        headers: method === 'POST' ? headers : { authorization: headers.authorization },
        ...(method === 'POST' && { body }),
      });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'key.not_found' });
    }
  });

  it('is noticed by other gateways within seconds', async () => {
    const signer = await client.makeSigner();
    expect((await client.send({ headers: client.sign(signer) })).status).toBe(200);
    await fixture.dataSource.query('UPDATE request_signing_keys SET revoked_at = now() WHERE id = $1', [
      signer.signing.id,
    ]);
    await fixture.gateway.app.get(RequestVerifier, { strict: false }).refresh();
    expect((await client.send({ headers: client.sign(signer) })).status).toBe(401);
  });
});
