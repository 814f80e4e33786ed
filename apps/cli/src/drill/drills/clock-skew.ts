import type { RegionDrill } from '../drill.js';
import { withClient } from '../ledger.js';
import { hasProgram } from '../rig/server-processes.js';
import { drillAlert } from '../regions/alert-drill.js';
import { nodeUrl } from '../regions/record.js';
import { ServiceLog } from '../regions/service-log.js';

const BEHIND_S = 60;
const GRACE_MS = 20_000;
const BACK_MS = 120_000;

/** A service whose clock is behind: what it does late would look on time. */
export const clockSkew: RegionDrill = {
  name: 'clock-skew',
  breaks: `the clock of one prediction: ${BEHIND_S} s behind`,
  steps: [
    'in every region: read forecasts, write rows, make keys; Prometheus works on the shipped rules, ten times as fast',
    `start a prediction of the last region under faketime, ${BEHIND_S} s behind`,
    'wait until ClockSkew fires and the prediction says why it issues nothing: no forecast of it may be there, none of anybody issued before its origin',
    'start it with the right clock; wait until it issues forecasts and the alert is over',
  ],
  barSeconds: 60,
  hindrance: () =>
    hasProgram('faketime') ? null : 'faketime is missing; on Debian: apt-get install faketime',
  runInRegions: async (rig) => {
    const { base, cluster, starter } = rig;
    const { name: region, predictions } = base.regions.at(-1)!;
    const alone = predictions === 1;
    const container = base.container(`${region}-prediction-1`);
    const right = container.spec;
    const log = new ServiceLog(container);
    const since = new Date();
    const startWith = async (command: readonly string[]): Promise<void> => {
      await container.stop(GRACE_MS);
      container.spec = { ...right, command };
      container.start();
      await base.waitUntil(`${container.name} is live`, () => starter.isHealthy(container), BACK_MS);
    };
    return drillAlert(rig, clockSkew.name, {
      alerts: [{ name: 'ClockSkew', labels: { region, job: 'prediction' } }],
      mayFailPerMille: 10,
      // Two restarts of the only one that they have.
      leftOut: ({ loads }) => (alone ? loads.filter((load) => load.region === region) : []),
      begin: () => startWith(['faketime', '--exclude-monotonic', '-f', `-${BEHIND_S}s`, ...right.command]),
      says: () => Promise.resolve(log.line(/s behind that of market-data/)),
      end: () => startWith(right.command),
      broken: async () => wronglyIssued(nodeUrl(rig, (await cluster.leader())!.host), since),
    });
  },
};

/** Forecasts whose time of issue is not what time it was in the market when the database took them. */
async function wronglyIssued(url: string, since: Date): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ all: string; wrong: string }>(
      `SELECT count(*) AS all, count(*) FILTER (WHERE abs(extract(epoch FROM
          f.issued_at - (m.event_at + (f.recorded_at - m.observed_at) * m.speed))) > $2 * m.speed) AS wrong
       FROM forecasts f JOIN market_feeds m USING (feed, instrument) WHERE f.recorded_at >= $1`,
      [since, BEHIND_S / 2],
    );
    const { all, wrong } = rows[0]!;
    if (all === '0') return ['no forecast was made anywhere meanwhile'];
    return wrong === '0' ? [] : [`${wrong} of ${all} forecasts were issued at a wrong time of the market`];
  });
}
