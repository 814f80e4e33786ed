import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planBlueGreen } from '../commands/blue-green.js';
import { SERVICES, type ServiceName } from '../driver.js';
import { Journal, type JournalEntry } from '../state/journal.js';
import { openRun, releasesOf, runsOf } from '../state/run-history.js';
import { DEFAULT_RULES } from './gate.js';
import { planUpdate } from './plan-update.js';
import { giveUpRun, resumeRun, type RunContext, runPlan, type RunResult } from './run-plan.js';
import { Killed, type Nature, SimulatedSystem, type Size } from './simulated-system.fixture.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const REGIONS = ['us-west', 'eu-west', 'us-east'];
const sizes = fc
  .integer({ min: 1, max: 3 })
  .chain((count) =>
    fc.tuple(
      ...REGIONS.slice(0, count).flatMap((region) =>
        SERVICES.map((service) =>
          fc.record({ region: fc.constant(region), service: fc.constant(service), count: sizeOf(service) }),
        ),
      ),
    ),
  );
const sizeOf = (service: ServiceName) =>
  service === 'market-data' ? fc.constant(1) : fc.integer({ min: 1, max: 3 });
const badness = fc.constantFrom<Nature>(
  'never ready',
  'ends at once',
  'answers with errors',
  'becomes unready',
);
/** Numbers of changes after which whoever deploys is killed: once, twice, … */
const kills = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 });

/** A journal whose writer may be killed before a line, within it, or after it. */
class MortalJournal extends Journal {
  constructor(
    file: string,
    private readonly system: SimulatedSystem,
  ) {
    super(file);
  }

  override append(entry: JournalEntry): void {
    this.system.change();
    try {
      this.system.change();
    } catch (error) {
      appendFileSync(this.file, JSON.stringify(entry).slice(0, 20));
      throw error;
    }
    super.append(entry);
    this.system.change();
  }
}

let journals = 0;
function contextOf(system: SimulatedSystem): RunContext {
  return {
    driver: system,
    root: folder,
    rules: { ...DEFAULT_RULES, deadlineMs: 20_000 },
    pace: system,
    signal: new AbortController().signal,
    journal: new MortalJournal(join(folder, `journal-${++journals}.jsonl`), system),
    progress: { begin: () => {}, end: () => {}, trouble: () => {} },
    who: 'ops@example',
    now: () => new Date(system.now()).toISOString(),
  };
}

async function planFor(system: SimulatedSystem, of: readonly Size[], release = 'v2') {
  const names = [...new Set(of.map(({ region }) => region))];
  const regions = await Promise.all(
    names.map(async (name) => ({
      name,
      primary: name === 'us-east',
      instances: await system.instances(name),
    })),
  );
  return planUpdate(regions, { release, byService: false, watchSeconds: 20, migrate: true });
}

async function update(system: SimulatedSystem, context: RunContext, of: readonly Size[]): Promise<RunResult> {
  const plan = await planFor(system, of);
  return runPlan({ id: 'one', command: 'update', release: 'v2', plan, wayBack: true }, context);
}

/** Updates, killed again and again; each time another process goes on. */
function updateThroughKills(
  system: SimulatedSystem,
  context: RunContext,
  of: readonly Size[],
  after: readonly number[],
): Promise<RunResult> {
  return throughKills(system, context, () => update(system, context, of), after);
}

async function throughKills(
  system: SimulatedSystem,
  context: RunContext,
  begin: () => Promise<RunResult>,
  after: readonly number[],
): Promise<RunResult> {
  const left = [...after];
  for (let first = true; ; first = false) {
    system.killAfter = left.shift() ?? Infinity;
    const wasBegun = !first && openRun(runsOf(context.journal.read())) !== null;
    try {
      return wasBegun ? await resumeRun(context) : await begin();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

/** Kinds of services that a bad release reached, with how many instances. */
const reached = (system: SimulatedSystem, release: string, service?: ServiceName): number =>
  [...(system.ran.get(release) ?? [])].filter((each) => !service || each.includes(` ${service}-`)).length;

function expectEnoughReady(system: SimulatedSystem, of: readonly Size[]): void {
  for (const { region, service, count } of of) {
    expect(system.fewest.get(`${region} ${service}`)).toBeGreaterThanOrEqual(count - 1);
  }
}

describe('a rolling update', () => {
  it('brings every instance to the release, and never takes more than one of a service away', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (of) => {
        const system = new SimulatedSystem(of, 'v1');
        const context = contextOf(system);
        expect(await update(system, context, of)).toMatchObject({ outcome: 'done' });
        expect(new Set(Object.values(system.releases()))).toEqual(new Set(['v2']));
        expect(system.migrations).toEqual(['v2']);
        expectEnoughReady(system, of);
        expect(releasesOf(runsOf(context.journal.read()))).toEqual(['v2']);
      }),
      { numRuns: 10 },
    );
  });

  it('that is killed anywhere, and resumed, ends as one that was not; nothing done is done twice', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, kills, async (of, after) => {
        const system = new SimulatedSystem(of, 'v1');
        const result = await updateThroughKills(system, contextOf(system), of, after);
        expect(result).toMatchObject({ outcome: 'done' });
        expect(new Set(Object.values(system.releases()))).toEqual(new Set(['v2']));
        expectEnoughReady(system, of);
        expect(new Set(system.replaced).size).toBe(system.replaced.length);
      }),
      { numRuns: 10 },
    );
  });

  it('stops a bad release at its first instance and takes it back, killed meanwhile or not', async () => {
    const where = fc.option(fc.constantFrom(...SERVICES), { nil: undefined });
    const anyKills = fc.oneof(fc.constant([]), kills);
    await fc.assert(
      fc.asyncProperty(sizes, badness, where, anyKills, async (of, nature, service, after) => {
        const system = new SimulatedSystem(of, 'v1');
        system.setNature('v2', nature, service);
        const context = contextOf(system);
        const result = await updateThroughKills(system, context, of, after);
        expect(result).toMatchObject({ outcome: 'taken-back' });
        expect(new Set(Object.values(system.releases()))).toEqual(new Set(['v1']));
        expect(reached(system, 'v2', service)).toBe(1);
        expectEnoughReady(system, of);
        expect(releasesOf(runsOf(context.journal.read()))).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it('that was interrupted can be taken back instead', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 8, max: 60 }), async (of, after) => {
        const system = new SimulatedSystem(of, 'v1');
        const context = contextOf(system);
        system.killAfter = after;
        await update(system, context, of).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        system.killAfter = Infinity;
        fc.pre(openRun(runsOf(context.journal.read())) !== null);
        expect(await resumeRun(context, 'the operator wants it back')).toMatchObject({
          outcome: 'taken-back',
        });
        expect(new Set(Object.values(system.releases()))).toEqual(new Set(['v1']));
        expectEnoughReady(system, of);
      }),
      { numRuns: 10 },
    );
  });

  it('mends what is ill, but takes nothing well away beside it', async () => {
    const of: Size[] = [{ region: 'us-west', service: 'gateway', count: 3 }];
    const ill = new SimulatedSystem(of, 'v1');
    ill.setNature('v1', 'never ready');
    expect(await update(ill, contextOf(ill), of)).toMatchObject({ outcome: 'done' });

    const half = new SimulatedSystem(of, 'v1');
    half.setNature('broken', 'never ready');
    const [, second] = await half.instances('us-west');
    await half.replace(second!, 'broken'); // there are three
    const result = await update(half, contextOf(half), of);
    expect(result).toMatchObject({
      outcome: 'taken-back',
      detail: expect.stringMatching(/gateway-1 was left alone.*gateway-2/),
    });
    expect(half.releases()).toMatchObject({ 'us-west gateway-1': 'v1', 'us-west gateway-3': 'v1' });
  });

  it('says what was wrong, with the last words of the instance', async () => {
    const of: Size[] = [{ region: 'us-west', service: 'gateway', count: 2 }];
    const system = new SimulatedSystem(of, 'v1');
    system.setNature('v2', 'answers with errors');
    const said: string[] = [];
    const progress = {
      begin: () => {},
      end: () => {},
      trouble: (lines: readonly string[]) => said.push(...lines),
    };
    await update(system, { ...contextOf(system), progress }, of);
    expect(said.join('\n')).toMatch(
      /gateway-1 v1 -> v2.*answered \d+ of \d+ requests with 5xx[^]*the last words/,
    );
  });

  it('that is given up leaves nothing to resume', async () => {
    const of: Size[] = [{ region: 'us-west', service: 'gateway', count: 2 }];
    const system = new SimulatedSystem(of, 'v1');
    const context = contextOf(system);
    system.killAfter = 12;
    await expect(update(system, context, of)).rejects.toThrow('kill -9');
    system.killAfter = Infinity;
    giveUpRun(context);
    await expect(resumeRun(context)).rejects.toThrow(/nothing was interrupted/);
  });
});

describe('a second set', () => {
  async function handOver(system: SimulatedSystem, context: RunContext, of: readonly Size[]) {
    const names = [...new Set(of.map(({ region }) => region))];
    const instances = (await Promise.all(names.map((name) => system.instances(name)))).flat();
    const plan = planBlueGreen(instances, 'v2');
    return runPlan({ id: 'one', command: 'blue-green', release: 'v2', plan, wayBack: true }, context);
  }

  it('takes over with nobody missing at any moment, killed meanwhile or not', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.oneof(fc.constant([]), kills), async (of, after) => {
        const system = new SimulatedSystem(of, 'v1');
        const context = contextOf(system);
        const begin = () => handOver(system, context, of);
        expect(await throughKills(system, context, begin, after)).toMatchObject({ outcome: 'done' });
        const count = of.reduce((sum, each) => sum + each.count, 0);
        expect(system.seconds()).toEqual({ there: count, joined: count });
        for (const { region, service, count: all } of of) {
          expect(system.fewest.get(`${region} ${service}`)).toBe(all);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('of a bad release is sent no work, and goes again', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom<Nature>('never ready', 'ends at once'), async (of, nature) => {
        const system = new SimulatedSystem(of, 'v1');
        system.setNature('v2', nature);
        expect(await handOver(system, contextOf(system), of)).toMatchObject({ outcome: 'taken-back' });
        expect(system.seconds()).toEqual({ there: 0, joined: 0 });
        for (const { region, service, count } of of) {
          expect(system.fewest.get(`${region} ${service}`)).toBe(count);
        }
      }),
      { numRuns: 10 },
    );
  });
});
