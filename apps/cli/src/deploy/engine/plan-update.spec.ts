import { describe, expect, it } from '@jest/globals';
import type { Instance } from '../driver.js';
import { planUpdate } from './plan-update.js';

const REGIONS = ['us-east', 'us-west', 'eu-west'];
const gateways = (region: string, release: string): Instance[] =>
  ['gateway-1', 'gateway-2'].map((name) => ({ region, service: 'gateway', name, release, running: true }));
const regions = REGIONS.map((name) => ({
  name,
  primary: name === 'us-east',
  instances: gateways(name, 'v1'),
}));
const options = { release: 'v2', byService: false, watchSeconds: 20, migrate: true };

describe('the plan of an update', () => {
  it('leaves the region of the primary for the end, and begins with checks and the schema', () => {
    const plan = planUpdate(regions, options);
    const order = ['us-west', 'eu-west', 'us-east'];
    expect(plan.map(({ kind, region }) => `${kind} ${region}`)).toEqual([
      ...order.map((region) => `check ${region}`),
      'migrate us-west',
      ...order.flatMap((region) => [`replace ${region}`, `replace ${region}`]),
    ]);
    expect(plan.filter((step) => step.kind === 'replace' && step.watchSeconds > 0)).toHaveLength(1);
  });

  it('has one step for each service where the orchestrator rolls', () => {
    const plan = planUpdate(regions, { ...options, byService: true, migrate: false });
    expect(plan.filter(({ kind }) => kind === 'update-service')).toHaveLength(REGIONS.length);
  });

  it('is empty when the release runs everywhere', () => {
    expect(planUpdate(regions, { ...options, release: 'v1' })).toEqual([]);
  });
});
