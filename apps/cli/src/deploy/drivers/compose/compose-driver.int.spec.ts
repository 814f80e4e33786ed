import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, waitFor } from '@btcforecast/testing';
import { planBlueGreen } from '../../commands/blue-green.js';
import { DEFAULT_RULES } from '../../engine/gate.js';
import { planUpdate } from '../../engine/plan-update.js';
import { type RunContext, runPlan, type RunResult } from '../../engine/run-plan.js';
import type { Step } from '../../engine/step.js';
import { REAL_PACE } from '../../engine/step-context.js';
import { Journal } from '../../state/journal.js';
import { REGION, startTestRegion, type TestRegion } from './test-region.fixture.js';

const missing = ((): string => {
  if (process.env['BTCF_ENGINE_TESTS'] !== '1') return 'slow; BTCF_ENGINE_TESTS=1 runs it';
  try {
    execFileSync('docker', ['image', 'inspect', 'haproxy:3.2.4-bookworm'], { stdio: 'pipe' });
    return '';
  } catch {
    return 'no Docker engine, or no image of HAProxy on it';
  }
})();
const MINUTES = 60_000;
const DONE = { outcome: 'done', detail: 'every step is done' };

describeWhen(missing === '', missing)('regions under compose, on a real engine', () => {
  let region: TestRegion;
  const said: string[] = [];
  beforeAll(async () => {
    region = await startTestRegion();
    await waitFor(
      async () => {
        const instances = await region.driver.instances(REGION);
        const probes = await Promise.all(instances.map((each) => region.driver.probe(each)));
        return probes.every(({ ready }) => ready);
      },
      { deadlineMs: 2 * MINUTES, everyMs: 1_000, what: 'every instance is ready' },
    );
  }, 5 * MINUTES);
  afterAll(() => region?.remove(), 2 * MINUTES);

  let runs = 0;
  const run = (plan: Step[], release: string): Promise<RunResult> => {
    const context: RunContext = {
      driver: region.driver,
      root: region.root,
      rules: { ...DEFAULT_RULES, deadlineMs: 120_000 },
      pace: REAL_PACE,
      signal: new AbortController().signal,
      journal: new Journal(join(region.root, 'journal.jsonl')),
      progress: { begin: () => {}, end: () => {}, trouble: (lines) => said.push(...lines) },
      who: 'ops@test',
      now: () => new Date().toISOString(),
    };
    return runPlan({ id: String(++runs), command: 'test', release, plan, wayBack: true }, context);
  };
  const update = async (release: string): Promise<RunResult> => {
    const states = [{ name: REGION, primary: true, instances: await region.driver.instances(REGION) }];
    return run(planUpdate(states, { release, byService: false, watchSeconds: 3, migrate: true }), release);
  };
  const running = async (): Promise<(string | null)[]> => [
    ...new Set(
      (await region.driver.instances(REGION)).map(({ release, running: runs_ }) => (runs_ ? release : null)),
    ),
  ];

  it(
    'are updated one instance after another, and no request fails',
    async () => {
      const load = region.load();
      expect(await update('v2')).toMatchObject(DONE);
      const { answered, failed } = await load.stop();
      expect(failed).toEqual([]);
      expect([...answered.keys()].sort()).toEqual(['v1', 'v2']);
      expect(await running()).toEqual(['v2']);
    },
    10 * MINUTES,
  );

  it.each(['bad', 'crash'])(
    'stop at the first instance of a release that is %s, and take it back',
    async (release) => {
      const load = region.load();
      said.length = 0;
      expect(await update(release)).toMatchObject({ outcome: 'taken-back' });
      expect((await load.stop()).failed).toEqual([]);
      expect(await running()).toEqual(['v2']);
      expect(said.join('\n')).toMatch(
        release === 'bad' ? /database: away[^]*the last words/ : /[^]*cannot start/,
      );
    },
    10 * MINUTES,
  );

  it(
    'say what is missing before anything is touched',
    async () => {
      expect(await update('nowhere')).toMatchObject({
        outcome: 'failed',
        detail: expect.stringMatching(/gateway:nowhere is not there.*btcf:nowhere/),
      });
      expect(await running()).toEqual(['v2']);
    },
    MINUTES,
  );

  it(
    'are handed to a second set and back, and no request fails',
    async () => {
      const load = region.load();
      const instances = await region.driver.instances(REGION);
      expect(await run(planBlueGreen(instances, 'v1'), 'v1')).toMatchObject(DONE);
      expect(await running()).toEqual([null]);
      expect(await region.driver.beside.instances(REGION)).toHaveLength(instances.length);
      const back = instances.flatMap(({ service, name: instance }): Step[] => [
        { id: `back ${instance}`, kind: 'give-back', region: REGION, service, instance },
        { id: `remove ${instance}`, kind: 'remove-beside', region: REGION, service, instance },
      ]);
      expect(await run(back, 'v2')).toMatchObject({ outcome: 'done' });
      const { answered, failed } = await load.stop();
      expect(failed).toEqual([]);
      expect(answered.get('v1')).toBeGreaterThan(0);
      expect(await running()).toEqual(['v2']);
      expect(await region.driver.beside.instances(REGION)).toEqual([]);
    },
    10 * MINUTES,
  );
});
