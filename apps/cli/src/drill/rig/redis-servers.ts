import { join } from 'node:path';
import type { Place } from './places.js';
import type { RigBase } from './rig-base.js';
import { ownFolder, startServer } from './server-processes.js';

const SERVERS = ['redis-queue-1', 'redis-queue-2', 'redis-cache-1', 'redis-cache-2'];
const SENTINELS = ['sentinel-1', 'sentinel-2', 'sentinel-3'];
const FILES = ['start.sh', 'redis.conf', 'queue.conf', 'cache.conf', 'sentinel.conf'].map(
  (file) => `deploy/redis/${file}`,
);

/** Redis of one region, for queues and for what may be lost, with the Sentinels that watch over both. */
export class RedisServers {
  readonly #places: ReadonlyMap<string, Place>;

  constructor(private readonly base: RigBase) {
    this.#places = new Map([...SERVERS, ...SENTINELS].map((host) => [host, base.furnish(host, FILES)]));
    for (const { folder } of this.#places.values()) ownFolder(join(folder, 'data'), base.user);
  }

  start(): void {
    for (const host of this.#places.keys()) this.startServer(host);
  }

  startServer(host: string): void {
    const place = this.place(host);
    const { command } = this.base.compose.placed(`us-east-${host}`, place);
    startServer(place, 'sh', [join(place.folder, 'start.sh'), ...command], { user: this.base.user });
  }

  kill(host: string): void {
    this.base.kill(this.place(host));
  }

  place(host: string): Place {
    return this.#places.get(host)!;
  }
}
