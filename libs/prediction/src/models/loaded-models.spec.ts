import { describe, expect, it } from '@jest/globals';
import type { LoadedModel } from '@btcforecast/forecasting';
import type { ModelManifest } from '@btcforecast/training';
import { LoadedModels } from './loaded-models.js';

/** Loads that the test ends, and what was released. */
function controlledLoads() {
  const opened: { reference: string; ready: () => void; fail: () => void }[] = [];
  const released: string[] = [];
  const models = new LoadedModels(
    (reference) =>
      new Promise<LoadedModel>((resolve, reject) => {
        const model: LoadedModel = {
          manifest: { name: reference } as ModelManifest,
          predict: () => Promise.resolve([]),
          release: async () => void released.push(reference),
        };
        opened.push({ reference, ready: () => resolve(model), fail: () => reject(new Error('broken')) });
      }),
  );
  return { models, opened, released };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('LoadedModels', () => {
  it('loads a version once for all who ask', async () => {
    const { models, opened } = controlledLoads();
    const leases = [models.lease('a@1'), models.lease('a@1')];
    expect(opened).toHaveLength(1);
    opened[0]!.ready();
    const [one, other] = await Promise.all(leases);
    expect(one!.model).toBe(other!.model);
  });

  it('releases a retired version when its last user has ended, and not sooner', async () => {
    const { models, opened, released } = controlledLoads();
    const leases = [models.lease('a@1'), models.lease('a@1')];
    opened[0]!.ready();
    const [one, other] = await Promise.all(leases);
    models.keepOnly(new Set(['b@1']));
    one!.end();
    one!.end(); // counts once
    await turn();
    expect(released).toEqual([]);
    other!.end();
    await turn();
    expect(released).toEqual(['a@1']);
  });

  it('keeps what is wanted, used or not', async () => {
    const { models, opened, released } = controlledLoads();
    const lease = models.lease('a@1');
    opened[0]!.ready();
    (await lease).end();
    models.keepOnly(new Set(['a@1']));
    await turn();
    expect(models.references).toEqual(['a@1']);
    models.keepOnly(new Set());
    await turn();
    expect(released).toEqual(['a@1']);
  });

  it('loads a retired version anew beside the one that still runs', async () => {
    const { models, opened, released } = controlledLoads();
    const first = models.lease('a@1');
    opened[0]!.ready();
    const old = await first;
    models.keepOnly(new Set());
    const second = models.lease('a@1');
    opened[1]!.ready();
    expect((await second).model).not.toBe(old.model);
    old.end();
    await turn();
    expect(released).toEqual(['a@1']);
    expect(models.references).toEqual(['a@1']);
  });

  it('releases a version that was retired while it loaded', async () => {
    const { models, opened, released } = controlledLoads();
    const lease = models.lease('a@1');
    models.keepOnly(new Set());
    opened[0]!.ready();
    (await lease).end();
    await turn();
    expect(released).toEqual(['a@1']);
  });

  it('forgets a load that failed, so that the next one tries again', async () => {
    const { models, opened } = controlledLoads();
    const lease = models.lease('a@1');
    opened[0]!.fail();
    await expect(lease).rejects.toThrow('broken');
    expect(models.references).toEqual([]);
    const again = models.lease('a@1');
    opened[1]!.ready();
    await expect(again).resolves.toMatchObject({ model: { manifest: { name: 'a@1' } } });
  });

  it('when closed waits until all are released', async () => {
    const { models, opened, released } = controlledLoads();
    const lease = models.lease('a@1');
    opened[0]!.ready();
    (await lease).end();
    await models.close();
    expect(released).toEqual(['a@1']);
  });
});
