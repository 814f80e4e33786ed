import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { testDatabase, testRedis } from '@btcforecast/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { QueueEnv } from './queue-connection.js';

/** A place where queues live, for one file of tests. */
export interface Store {
  readonly env: QueueEnv;
  /** The same store behind another address. */
  at(port: number): QueueEnv;
  readonly port: number;
  /** Cuts all connections; they may come back at once. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

export interface PostgresStore extends Store {
  /** How many sessions of others there are whose application's name is LIKE the pattern. */
  sessions(name: string): Promise<number>;
}

export async function postgresStore(): Promise<PostgresStore> {
  const database = await testDatabase({ migrated: false });
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  const env = (url: string): QueueEnv => ({
    DATABASE_URL: url,
    REDIS_URL: undefined,
    OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
  });
  return {
    env: env(database.url),
    at: (port) => env(withPort(database.url, port)),
    port: Number(new URL(database.url).port),
    cut: async () => {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    },
    sessions: async (name) => {
      const { rows } = await admin.query<{ n: string }>(
        `SELECT count(*) AS n FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE $1`,
        [name],
      );
      return Number(rows[0]!.n);
    },
    close: async () => {
      await admin.end();
      await database.drop();
    },
  };
}

export async function redisStore(): Promise<Store> {
  const server = await testRedis();
  const admin = new Redis(server.url);
  const env = (url: string): QueueEnv => ({
    DATABASE_URL: 'postgres://unused/unused',
    REDIS_URL: url,
    OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
  });
  return {
    env: env(server.url),
    at: (port) => env(withPort(server.url, port)),
    port: Number(new URL(server.url).port),
    cut: async () => {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    close: async () => {
      await admin.quit();
      await server.close();
    },
  };
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.href;
}

/** Lets connections to `port` through to `targetPort`, from now on. */
export async function gate(port: number, targetPort: number): Promise<{ close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((inside) => {
    const outside = connect(targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(socket.on('error', () => other.destroy()).on('close', () => other.destroy()));
      socket.pipe(other);
    }
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
