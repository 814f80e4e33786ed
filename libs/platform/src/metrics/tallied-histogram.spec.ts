import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { Metrics } from './metrics.js';

const BOUNDS = [0.001, 0.25, 1, 10];

it('says on a scrape what a histogram of the client library says, whatever was observed', async () => {
  const label = fc.constantFrom('a', 'b"\\\n', 'c');
  const value = fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.constantFrom(...BOUNDS));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(label, value)), async (observations) => {
      const metrics = new Metrics({ service: 'test', region: 'solo' });
      const ours = metrics.tallied<'route'>('seconds', 'Time', BOUNDS);
      const registry = new Registry();
      registry.setDefaultLabels({ service: 'test', region: 'solo' });
      const options = { name: 'seconds', help: 'Time', labelNames: ['route'], buckets: BOUNDS };
      const theirs = new Histogram({ ...options, registers: [registry] });
      const tallies = new Map(
        [...new Set(observations.map(([route]) => route))].map((route) => [route, ours.tally({ route })]),
      );
      for (const [route, each] of observations) {
        tallies.get(route)!.observe(each);
        theirs.observe({ route }, each);
      }
      const linesOf = async (from: Registry) =>
        (await from.getSingleMetricAsString('seconds')).split('\n').map(inOneOrder).sort();
      expect(await linesOf(metrics.registry)).toEqual(await linesOf(registry));
    }),
    { numRuns: 30 },
  );
});

/** Labels may come in any order. */
function inOneOrder(line: string): string {
  return line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').sort().join()}}`);
}
