import type { Findings, RegionDrill } from '../drill.js';
import { JobProducer } from '../job-producer.js';
import { serversUp } from '../regions/balancers.js';
import { Clients } from '../regions/clients.js';
import { nodeUrl } from '../regions/record.js';
import type { RegionsRig } from '../regions/regions-rig.js';

const RECOVERY_MS = 60_000;
const SERVERS = ['redis-queue-1', 'redis-queue-2'];

export const regionRedisKilled: RegionDrill = {
  name: 'region-redis-killed',
  breaks: 'the Redis master of the queues of one region: kill -9, and it stays away',
  steps: [
    'in every region: read forecasts from inside and from outside, write rows through its HAProxy, make keys over the API',
    'in the region of the primary add jobs through HAProxy :6379, as the services do',
    'kill -9 the master; wait until Sentinel made the replica master; then start the old one, until jobs are added again',
    'compare which jobs were acknowledged with which are there; no request for a forecast may fail',
  ],
  barSeconds: 30,
  runInRegions: async (rig) => {
    const { host } = await rig.cluster.until('a node leads', () => rig.cluster.leader());
    return killMaster(rig, host.replace('postgres-', ''));
  },
};

async function killMaster(rig: RegionsRig, region: string): Promise<Findings> {
  const { base } = rig;
  const until = (what: string, condition: () => boolean | Promise<boolean>) =>
    base.waitUntil(what, condition, RECOVERY_MS, 100);
  const masters = () => serversUp(`http://${region}-haproxy:8404`, 'redis_queue');
  const clients = await Clients.begin(rig, regionRedisKilled.name);
  const producer = new JobProducer(
    base.secretText('redis_url').trim().replace('@haproxy:', `@haproxy-${region}:`),
  );
  try {
    await until('jobs are added', () => producer.acknowledged.size > 100);
    const [old = SERVERS[0]!] = await masters();
    const other = SERVERS.find((name) => name !== old)!;
    const killed = base.container(`${region}-${old}`);
    const before = producer.acknowledged.size;
    clients.fault();
    producer.gaps.begin();
    const start = performance.now();
    killed.destroy();
    await until('HAProxy has noticed', async () => !(await masters()).includes(old));
    const detectionMs = performance.now() - start;
    await until('the replica is master', async () => (await masters()).includes(other));
    killed.start();
    await until('jobs are added again', () => producer.acknowledged.size > before + 100);
    const recoveryMs = producer.gaps.longestMs;
    await producer.stop();
    await clients.stop();
    const { requests, failed } = clients.asked();
    const jobsLost = await producer.lost();
    return {
      detectionMs,
      recoveryMs,
      requests,
      failed,
      lost: jobsLost + (await clients.lost(nodeUrl(rig, (await rig.cluster.leader())!.host))),
      broken: failed > 0 ? [`${failed} requests failed, none of which needs the queues`] : [],
      remarks: [
        `${region}: ${old} → ${other}; ${producer.failed} of ${producer.requests} jobs were refused meanwhile, ${jobsLost} lost`,
        ...clients.remarks(),
      ],
    };
  } finally {
    await producer.close();
    await clients.stop();
  }
}
