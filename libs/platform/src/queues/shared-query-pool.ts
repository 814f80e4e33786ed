import type { PostgresConnection } from 'bullmq';
import type { Pool } from 'pg';

/** What a connection of BullMQ 6.7 does not show but has. */
interface Inside {
  pool: Pool;
  ownsPool: boolean;
}

interface Shared {
  readonly pool: Pool;
  users: number;
}

const pools = new Map<string, Shared>();

/**
 * Lets all queues and workers of a process query over one pool. BullMQ makes a pool for each queue and two for each
 * worker, and every session of PostgreSQL takes several MB; what a worker listens on stays a connection of its own.
 * The pool of the first that comes is kept until the last one closes.
 *
 * @param address whoever gives the same shares one pool
 */
export function shareQueryPool(connection: PostgresConnection, address: string): void {
  const inside = connection as unknown as Inside;
  const shared = pools.get(address) ?? { pool: inside.pool, users: 0 };
  pools.set(address, shared);
  shared.users += 1;
  if (shared.pool !== inside.pool) void inside.pool.end(); // it has not connected to anything yet
  Object.assign(inside, { pool: shared.pool, ownsPool: false });
  const close = connection.close.bind(connection);
  let closed: Promise<void> | undefined;
  connection.close = () => (closed ??= close().finally(() => leave(address, shared)));
}

async function leave(address: string, shared: Shared): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0) return;
  if (pools.get(address) === shared) pools.delete(address);
  await shared.pool.end();
}
