import type { Drill, Findings } from '../drill.js';
import { JobProducer } from '../job-producer.js';
import type { Rig } from '../rig/rig.js';
import { waitUntil } from '../wait-until.js';

const DETECTION_MS = 20_000;
const RECOVERY_MS = 60_000;
const SERVERS = ['redis-queue-1', 'redis-queue-2'];

/** The master of the queues goes without a word, and then the one that took its place. */
export const redisPrimaryKilled: Drill = {
  name: 'redis-primary-killed',
  breaks: 'the Redis master of the queues: kill -9, and then the one that took its place',
  steps: [
    'add jobs through HAProxy :6379, as the services do',
    'kill -9 the master',
    'wait until Sentinel made the replica master and jobs are added again; then start the old one',
    'the same once more, so that each has been master and has come back',
    'compare which jobs were acknowledged with which are there',
  ],
  barSeconds: 30,
  run: killMasters,
};

async function killMasters(rig: Rig): Promise<Findings> {
  const producer = new JobProducer(rig.balancer.url('redis_url'));
  try {
    const first = await killMaster(rig, producer);
    const second = await killMaster(rig, producer);
    await producer.stop();
    return {
      detectionMs: Math.max(first.detectionMs, second.detectionMs),
      recoveryMs: Math.max(first.recoveryMs, second.recoveryMs),
      requests: producer.requests,
      failed: producer.failed,
      lost: await producer.lost(),
      broken: [],
      remarks: [`${first.old} → ${second.old} → ${first.old}`],
    };
  } finally {
    await producer.close();
  }
}

interface Killed {
  readonly old: string;
  readonly detectionMs: number;
  readonly recoveryMs: number;
}

/** It has come back, and confirms what the other one takes, at the end. */
async function killMaster({ base, redis, balancer }: Rig, producer: JobProducer): Promise<Killed> {
  const until = <T>(what: string, condition: () => T | Promise<T>) =>
    waitUntil(condition, { what, deadlineMs: RECOVERY_MS, everyMs: 50, signal: base.signal });
  const enough = producer.acknowledged.size + 100;
  await until('jobs are added', () => producer.acknowledged.size > enough);
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
  return { old, detectionMs, recoveryMs: producer.gaps.longestMs };
}
