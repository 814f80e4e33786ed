import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exportedNames } from '../monitoring/checks/rules.js';
import { RunningSystem } from './support/running-system.js';

jest.setTimeout(180_000);

describe('npm start with no options where no exchange can be reached', () => {
  const system = new RunningSystem();

  // An address that answers nobody stands for the missing network, so that the test says the same everywhere.
  beforeAll(() => system.start([], { HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' }));
  afterAll(() => system.remove());

  it('falls back to the demo market and says so', () => {
    expect(system.said).toMatch(/demo/i);
    expect(system.runFile()).toMatchObject({ source: 'demo', feed: 'demo' });
  });

  it('names the demo market in every reply', async () => {
    for (const path of [
      'instruments',
      'instruments/BTC-USD/candles?interval=1m',
      'forecasts/BTC-USD',
      'performance/BTC-USD',
    ]) {
      const { status, body } = await system.get(`/v1/${path}`);
      expect({ path, status, source: body.source }).toEqual({ path, status: 200, source: 'demo' });
    }
  });

  it('has two years of hourly history and minutes of the last two days', async () => {
    const rows = await system.query<{ interval: string; hours: number }>(
      `SELECT "interval", (extract(epoch FROM max(open_time) - min(open_time)) / 3600)::int AS hours
       FROM candles WHERE "interval" IN ('1h', '1m') GROUP BY 1 ORDER BY 1`,
    );
    const span = new Map(rows.map((row) => [row.interval, row.hours]));
    expect(span.get('1h')).toBeGreaterThanOrEqual(2 * 365 * 24 - 2);
    expect(span.get('1m')).toBeGreaterThanOrEqual(46);
  });

  it('exports every metric of ours that alerts and dashboards may ask for', async () => {
    const pages = await Promise.all(
      Object.values(system.runFile().internalPorts).map(async (port) =>
        (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
      ),
    );
    const exported = new Set(
      pages.flatMap((text) =>
        [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
          type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [`${name}`],
        ),
      ),
    );
    const listed = exportedNames().get('btcforecast') ?? new Set();
    expect(listed.size).toBeGreaterThan(50);
    expect([...listed].filter((name) => !exported.has(name))).toEqual([]);
  });
});
