import type { RegionDrill } from '../drill.js';
import { drillAlert } from '../regions/alert-drill.js';
import { Disk, slowDiskHindrance } from '../regions/disk.js';
import { ServiceLog } from '../regions/service-log.js';

const WRITES_PER_SECOND = 4;

/** The disk of one member of etcd takes seconds for what takes milliseconds. */
export const slowDisk: RegionDrill = {
  name: 'slow-disk',
  breaks: `the disk of etcd in the region of the primary: ${WRITES_PER_SECOND} writes a second`,
  steps: [
    'in every region: read forecasts, write rows, make keys; Prometheus works on the shipped rules, ten times as fast',
    `let the disk of etcd in the region of the primary take ${WRITES_PER_SECOND} writes a second`,
    'wait until EtcdSlow fires and etcd complains; give the disk its speed back and wait until the alert is over',
  ],
  barSeconds: 60,
  disks: ['etcd'],
  hindrance: slowDiskHindrance,
  runInRegions: async (rig) => {
    const { base, cluster } = rig;
    const primary = await cluster.until('a node leads', () => cluster.leader());
    const region = primary.host.replace('postgres-', '');
    const disk = new Disk(base.settings.folder, `${region}-etcd`);
    const log = new ServiceLog(base.container(`${region}-etcd`));
    return drillAlert(rig, slowDisk.name, {
      alerts: [{ name: 'EtcdSlow', labels: { region } }],
      mayFailPerMille: 10,
      begin: () => Promise.resolve(disk.limitWrites(WRITES_PER_SECOND)),
      says: () => Promise.resolve(log.line(/took too long|slow fdatasync/)),
      end: () => Promise.resolve(disk.limitWrites(0)),
    });
  },
};
