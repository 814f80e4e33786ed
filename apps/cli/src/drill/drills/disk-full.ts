import { type RegionDrill } from '../drill.js';
import { withClient } from '../ledger.js';
import { drillAlert } from '../regions/alert-drill.js';
import { Disk } from '../regions/disk.js';
import { databaseUrl } from '../regions/record.js';
import { ServiceLog } from '../regions/service-log.js';

const WRITES_MS = 60_000;

/** The disk of the primary is full, to the last block. */
export const diskFull: RegionDrill = {
  name: 'disk-full',
  breaks: 'the disk of the primary: full',
  steps: [
    'in every region: read forecasts, write rows, make keys; Prometheus works on the shipped rules, ten times as fast',
    'take all that is free on the file system of the PostgreSQL that is primary',
    'wait until DiskCritical fires and PostgreSQL has said that there is no space; writes fail or go to another primary, none that was acknowledged is lost',
    'make space; wait until rows are written again, all nodes are whole and the alert is over',
  ],
  barSeconds: 120,
  disks: ['postgres'],
  runInRegions: async (rig) => {
    const { base, cluster } = rig;
    const primary = await cluster.until('a node leads', () => cluster.leader());
    const region = primary.host.replace('postgres-', '');
    const disk = new Disk(base.settings.folder, `${region}-postgres`);
    const log = new ServiceLog(base.container(`${region}-postgres`));
    let led = '';
    return drillAlert(rig, diskFull.name, {
      alerts: [{ name: 'DiskCritical', labels: { region, mountpoint: disk.path } }],
      mayFailPerMille: 50,
      begin: () => Promise.resolve(disk.fill()),
      says: () => Promise.resolve(log.line(/No space left on device/)),
      end: async () => {
        led = (await cluster.leader())?.host ?? 'nobody';
        disk.makeSpace();
        await base.waitUntil('rows are written', () => writes(databaseUrl(rig, region)), WRITES_MS);
      },
      remarks: () => [`${primary.host} was primary; when space was made, ${led} was`],
    });
  },
};

function writes(url: string): Promise<boolean> {
  return withClient(url, async (client) => {
    await client.query('CREATE TEMPORARY TABLE written (n integer)');
    return true;
  });
}
