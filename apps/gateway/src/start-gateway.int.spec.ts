import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import { type Fixture, startFixture } from './testing/start-fixture.js';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture({ SHUTDOWN_DRAIN_MS: '300' });
});
afterEach(() => fixture.close());

const ready = async (): Promise<number> => (await fetch(`${fixture.url}/health/ready`)).status;

describe('a gateway that is told to stop', () => {
  it('is unready first, still answers, finishes what it has begun, and then is gone', async () => {
    expect(await ready()).toBe(200);
    fixture.peer().state.delayMs = 800;
    const begun = fixture.get('/v1/performance/BTC-USD');
    await waitFor(() => fixture.peer().state.lastBody, {
      deadlineMs: 2_000,
      what: 'the peer has the request',
    });
    const closed = fixture.gateway.close();
    const unready = await fetch(`${fixture.url}/health/ready`);
    expect(unready.status).toBe(503);
    expect(await unready.json()).toMatchObject({ code: 'service.not_ready' });
    expect((await fixture.get('/v1/forecasts/BTC-USD')).status).toBe(200);
    const answer = await begun;
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ source: 'replay' });
    await closed;
    await expect(fetch(`${fixture.url}/health/live`)).rejects.toThrow();
  });
});

describe('a gateway that stops', () => {
  it('does not wait for a connection on which nothing was asked', async () => {
    const socket = connect(Number(new URL(fixture.url).port), '127.0.0.1');
    await once(socket, 'connect');
    await fixture.gateway.close(); // or the test would not end: nothing will ever be asked
    socket.destroy();
  });
});

describe('a gateway whose database is gone', () => {
  it('goes on serving keys it knows, and says of others that it cannot check them', async () => {
    const stranger = await fixture.addKey({});
    expect((await fixture.get('/v1/forecasts/BTC-USD')).status).toBe(200);
    await fixture.loseDatabase();
    expect((await fixture.get('/v1/forecasts/BTC-USD')).status).toBe(200);
    const refused = await fixture.get('/v1/forecasts/BTC-USD', { authorization: `Bearer ${stranger}` });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'database.unavailable' });
    expect(await ready()).toBe(200);
  });
});
