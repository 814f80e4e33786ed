import type { RegionDrill } from '../drill.js';
import { drillAlert } from '../regions/alert-drill.js';
import { ServiceLog } from '../regions/service-log.js';

const SLOW = { delay: 500, jitter: 100, loss: 2, rate: 2 };
const BACK_MS = 60_000;

/** The way between a region and the others becomes bad, but is not gone. */
export const slowNetwork: RegionDrill = {
  name: 'slow-network',
  breaks: `the network around a region without primary and synchronous standby: ${SLOW.delay} ms one way, ${SLOW.loss} % lost, ${SLOW.rate} Mbit/s`,
  steps: [
    'in every region: read forecasts, write rows, make keys; Prometheus works on the shipped rules, ten times as fast',
    'make the network around one region slow, lossy and narrow',
    'wait until HaproxyServerDown of the way in fires: it sends nobody there, and says why; mend the network and wait until the alert is over',
  ],
  barSeconds: 60,
  runInRegions: async (rig) => {
    const { base, cluster } = rig;
    const busy = [await cluster.leader(), await cluster.synchronousStandby()].map((place) =>
      place?.host.replace('postgres-', ''),
    );
    const region = base.regions.find(({ name }) => !busy.includes(name))!;
    const server = `region_${region.number}-1`; // the first of its nginx
    const balancer = base.container('global-haproxy');
    let log = new ServiceLog(balancer);
    return drillAlert(rig, slowNetwork.name, {
      alerts: [{ name: 'HaproxyServerDown', labels: { region: 'global', server } }],
      mayFailPerMille: 20,
      begin: () => {
        log = new ServiceLog(balancer);
        return base.setLinesOf(region.name, SLOW);
      },
      says: () => Promise.resolve(log.line(new RegExp(`${server} is DOWN, reason: .*timeout`))),
      end: async () => {
        await base.restoreLines();
        await base.waitUntil(
          'the way in leads there again',
          () => log.line(new RegExp(`${server} is UP, reason`)),
          BACK_MS,
        );
      },
    });
  },
};
