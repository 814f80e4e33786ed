import type { Drill, Findings } from '../drill.js';
import { JobProducer } from '../job-producer.js';
import type { Rig } from '../rig/rig.js';
import { waitUntil } from '../wait-until.js';

const DETECTION_MS = 20_000;
const RECOVERY_MS = 60_000;
const SERVERS = ['redis-queue-1', 'redis-queue-2'];

/** The master of the queues goes without a word. */
export const redisPrimaryKilled: Drill = {
  name: 'redis-primary-killed',
  breaks: 'the Redis master of the queues: kill -9',
  steps: [
    'add jobs through HAProxy :6379, as the services do',
    'kill -9 the master',
    'wait until Sentinel made the replica master and jobs are added again; then start the old one',
    'compare which jobs were acknowledged with which are there',
  ],
  barSeconds: 30,
  run: killMaster,
};

async function killMaster(rig: Rig): Promise<Findings> {
  const { base, redis, balancer } = rig;
  const until = <T>(what: string, condition: () => T | Promise<T>) =>
    waitUntil(condition, { what, deadlineMs: RECOVERY_MS, everyMs: 50, signal: base.signal });
  const producer = new JobProducer(balancer.url('redis_url'));
  try {
    await until('jobs are added', () => producer.acknowledged.size > 100);
    const [up] = await balancer.up('redis_queue');
    const old = SERVERS.find((host) => redis.place(host).address === up)!;
    const before = producer.acknowledged.size;
    producer.gaps.begin();
    redis.kill(old);
    const detectionMs = await balancer.untilOut('redis_queue', redis.place(old), DETECTION_MS);
    // A master that no replica confirms takes no writes, so its replica has to be there again first.
    await until('the replica is master', async () => (await balancer.up('redis_queue')).length === 1);
    redis.startServer(old);
    await until('jobs are added again', () => producer.acknowledged.size > before + 100);
    const recoveryMs = producer.gaps.longestMs;
    await producer.stop();
    return {
      detectionMs,
      recoveryMs,
      requests: producer.requests,
      failed: producer.failed,
      lost: await producer.lost(),
      broken: [],
      remarks: [`${old} → ${SERVERS.find((host) => host !== old)}`],
    };
  } finally {
    await producer.close();
  }
}
