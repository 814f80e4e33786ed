import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsulStandIn, waitFor } from '@btcforecast/testing';
import { createLogger } from '../logging/create-logger.js';
import type { PlatformEnv } from '../config/platform.env.js';
import { ConsulClient } from './consul-client.js';
import { ServiceRegistration } from './service-registration.js';
import { ServiceWatch } from './service-watch.js';
import { HealthRegistry } from '../health/health-registry.js';
import { type InternalServer, startInternalServer } from '../health/internal-server.js';
import { Metrics } from '../metrics/metrics.js';

const logger = createLogger('test', { level: 'fatal' });
const TOKEN = 'of the operator';
const LOOK_MS = 50;

let consul: ConsulStandIn;
let health: HealthRegistry;
let internal: InternalServer;
const closing: { close(): unknown }[] = [];

beforeEach(async () => {
  consul = await ConsulStandIn.start(TOKEN);
  health = new HealthRegistry();
  health.setReady(true);
  const metrics = new Metrics({ service: 'test', region: 'test' });
  internal = await startInternalServer({ port: 0, host: '127.0.0.1', health, metrics, logger });
});
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
  await internal.close();
  await consul.stop();
});

const client = (token = TOKEN): ConsulClient => {
  const made = new ConsulClient({ CONSUL_ADDR: consul.url, CONSUL_TOKEN: token } as PlatformEnv);
  closing.push(made);
  return made;
};
const register = (port: number, token?: string): ServiceRegistration => {
  const instance = {
    name: 'prediction',
    id: `prediction-test-host-${port}`,
    address: '127.0.0.1',
    port,
    tags: ['us-east'],
    readyUrl: `http://127.0.0.1:${internal.port}/health/ready`,
  };
  const made = new ServiceRegistration(client(token), instance, logger, LOOK_MS);
  closing.push(made);
  return made;
};
const watch = (tag = 'us-east'): number[][] => {
  const seen: number[][] = [];
  const onChange = (instances: readonly { port: number }[]): void =>
    void seen.push(instances.map(({ port }) => port));
  closing.push(new ServiceWatch(client(), { name: 'prediction', tag, onChange }, logger));
  return seen;
};
const until = (what: string, condition: () => unknown) =>
  waitFor(() => Boolean(condition()), { deadlineMs: 10_000, what });

describe('an instance in Consul', () => {
  it('is there with its check, comes back when the agent forgot it, and is gone at the end', async () => {
    const registration = register(1);
    await until('registered', () => consul.services.length === 1);
    expect(consul.services).toEqual([
      {
        ID: 'prediction-test-host-1',
        Name: 'prediction',
        Address: '127.0.0.1',
        Port: 1,
        Tags: ['us-east'],
        Check: {
          HTTP: `http://127.0.0.1:${internal.port}/health/ready`,
          Interval: '10s',
          Timeout: '2s',
          DeregisterCriticalServiceAfter: '1m',
          Status: 'passing',
        },
      },
    ]);
    consul.forget();
    await until('registered again', () => consul.services.length === 1);
    await registration.close();
    expect(consul.services).toEqual([]);
  });

  it('comes when the agent comes, and does not hold up the end of the service when it is away', async () => {
    await consul.stop();
    const registration = register(1);
    await consul.resume();
    await until('registered', () => consul.services.length === 1);
    await consul.stop();
    await registration.close();
    await consul.resume();
  });

  it('is refused without the right token', async () => {
    const registration = register(1, 'a wrong one');
    await registration.close();
    expect(consul.services).toEqual([]);
  });
});

describe('whoever calls', () => {
  it('learns of each change of those that are ready, of its own region only', async () => {
    consul.hurry = 100; // a check each tenth of a second
    const [seen, elsewhere] = [watch(), watch('eu-west')];
    const first = register(1);
    await until('one', () => seen.at(-1)?.join() === '1');
    await until('questions that wait for a change', () => consul.waiting === 2);
    register(2);
    await until('two', () => seen.at(-1)?.join() === '1,2');
    await first.close();
    await until('the second alone', () => seen.at(-1)?.join() === '2');
    expect(elsewhere).toEqual([]);
    // Nobody ready is not believed: those who were there are asked until somebody else is.
    health.setReady(false);
    await until('taken out by the check', () => consul.passing.length === 0 && consul.waiting === 2);
    expect(seen.at(-1)).toEqual([2]);
  });

  it('begins anew with an agent that counts from the beginning', async () => {
    const seen = watch();
    register(1);
    await until('one', () => seen.at(-1)?.join() === '1');
    await consul.stop();
    consul.forget();
    await consul.resume();
    register(2);
    await until('both', () => seen.at(-1)?.toSorted().join() === '1,2');
  });
});
