import type { Drill, RegionDrill } from './drill.js';
import { load } from './drills/load.js';
import { backupRestore } from './drills/backup-restore.js';
import { certificateExpired } from './drills/certificate-expired.js';
import { clockSkew } from './drills/clock-skew.js';
import { diskFull } from './drills/disk-full.js';
import { plaintextRefused } from './drills/plaintext-refused.js';
import { postgresPrimaryKilled } from './drills/postgres-primary-killed.js';
import { postgresSplitBrain } from './drills/postgres-split-brain.js';
import { regionRedisKilled } from './drills/region-redis-killed.js';
import { redisPrimaryKilled } from './drills/redis-primary-killed.js';
import { processKilled } from './drills/process-killed.js';
import { regionAdded } from './drills/region-added.js';
import { primaryRegionCut, regionCut } from './drills/region-cut.js';
import { badRelease, rollingUpdate } from './drills/rolling-update.js';
import { slowDisk } from './drills/slow-disk.js';
import { slowNetwork } from './drills/slow-network.js';

/** In the order in which they run; each leaves the rig whole. */
export const DRILLS: readonly Drill[] = [
  plaintextRefused,
  redisPrimaryKilled,
  postgresPrimaryKilled,
  postgresSplitBrain,
  backupRestore,
];

/** The same, on whole regions. */
export const REGION_DRILLS: readonly RegionDrill[] = [
  processKilled,
  regionRedisKilled,
  badRelease,
  rollingUpdate,
  regionCut,
  primaryRegionCut,
  slowNetwork,
  clockSkew,
  certificateExpired,
  slowDisk,
  diskFull,
  load,
  regionAdded,
];
