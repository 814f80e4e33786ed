import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Step, stepText } from '../engine/step.js';
import type { Region } from '../topology/region.js';
import { planFailover, planRestore } from './data.js';
import { planAddRegion } from './size.js';
import { planUp } from './up.js';

const ALL = ['us-east', 'us-west', 'eu-west'];
const region = (name: string, i: number): Region => ({
  name,
  number: i + 1,
  primary: i === 0,
  gateways: 2,
  predictions: 2,
  workers: 1,
  networks: [],
  spillsTo: [],
});
const REGIONS = ALL.map(region);
const kinds = (plan: readonly Step[]): string[] => plan.map(({ kind, region: where }) => `${kind} ${where}`);

describe('the plan of a start', () => {
  it('brings a majority of etcd up before any PostgreSQL, and the region of the primary first', () => {
    const plan = planUp([REGIONS[1]!, REGIONS[0]!, REGIONS[2]!], 'v1', true);
    expect(kinds(plan).filter((each) => each.startsWith('start'))).toEqual([
      ...ALL.map((name) => `start-region ${name}`),
      ...ALL.map((name) => `start-region ${name}`),
      'start-region global',
    ]);
    expect(plan.filter((step) => step.kind === 'start-region' && step.only?.[0] === 'etcd')).toHaveLength(3);
  });

  it('of one region makes an etcd of its own, and starts nothing that there is once', () => {
    const plan = planUp(REGIONS.slice(0, 1), 'v1', false);
    expect(kinds(plan)).toEqual(['check us-east', 'start-region us-east', 'await us-east']);
    expect(plan[1]).toMatchObject({ members: ['us-east'], joins: false });
  });
});

describe('the plan of a failover', () => {
  it('hands over from a primary that answers', () => {
    const plan = planFailover('eu-west', { leader: 'us-east', old: 'us-east', regions: ALL, force: false });
    expect(kinds(plan)).toEqual(['switchover eu-west', 'await-leader eu-west']);
    expect(plan[0]).toMatchObject({ from: 'us-east' });
  });

  it('stops a primary that does not answer before another one is made, unless the loss is taken', () => {
    const lost = { leader: null, old: 'us-east', regions: ALL };
    expect(kinds(planFailover('eu-west', { ...lost, force: false }))[0]).toBe('stop us-east');
    expect(kinds(planFailover('eu-west', { ...lost, force: true }))[0]).toBe('switchover eu-west');
  });
});

describe('the plan of a restore', () => {
  it('lets nobody write, stops every node, and deletes every other copy before services start', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.boolean(), fc.subarray(ALL), (from, isUp, busy) => {
        const running = new Map(busy.map((name) => [name, ['worker-1', 'gateway-1']]));
        const plan = kinds(planRestore(ALL, { from, target: '2026-01-01T00:00:00.000Z', running, isUp }));
        const at = (step: string): number => plan.indexOf(step);
        const restore = at(`restore ${from}`);
        for (const name of ALL) expect(plan.lastIndexOf(`stop ${name}`, restore)).toBeGreaterThanOrEqual(0);
        for (const name of ALL.filter((each) => each !== from)) {
          expect(at(`drop-copy ${name}`)).toBeLessThan(plan.lastIndexOf(`start ${name}`));
        }
        expect(at(`forget-cluster ${from}`)).toBeLessThan(at(`start ${from}`));
        for (const name of busy) {
          expect(plan.lastIndexOf(`start ${name}`)).toBeGreaterThan(at(`await-copies ${from}`));
        }
        expect(at(`keep-log ${from}`) >= 0).toBe(isUp);
      }),
    );
  });
});

describe('the plan of a further region', () => {
  it('has etcd count it right before it starts, and tells every neighbour', () => {
    const plan = planAddRegion(REGIONS, { name: 'ap-south', number: 4, networks: ['10.4.0.0/16'] }, 'v1');
    const all = kinds(plan);
    expect(all.indexOf('join-etcd ap-south') + 1).toBe(all.indexOf('start-region ap-south'));
    for (const name of ALL) expect(all).toContain(`recreate ${name}`);
    expect(plan[0]).toMatchObject({
      values: { REGION: 'ap-south', REGION_NUMBER: '4', REGION_SPILLS_TO: 'us-east,us-west' },
    });
  });
});

describe('every step', () => {
  it('can be said in a line and read back from a journal', () => {
    const plans = [
      planUp(REGIONS, 'v1', true),
      planAddRegion(REGIONS, { name: 'ap-south', number: 4 }, 'v1'),
      planFailover('eu-west', { leader: null, old: 'us-east', regions: ALL, force: false }),
    ].flat();
    for (const step of plans) {
      expect(stepText(step)).not.toContain('undefined');
      expect(Step.parse(JSON.parse(JSON.stringify(step)))).toEqual(step);
    }
  });
});
