import { Writable } from 'node:stream';
import { randomUUID } from 'node:crypto';
import { KeyRepository, createKeyText, PasswordHasher } from '@btcforecast/access';
import type { Permission, Role } from '@btcforecast/contracts';
import { ApiKeyEntity, createDataSource, UserEntity } from '@btcforecast/database';
import { createLogger, parseEnv, startService } from '@btcforecast/platform';
import { testDatabase } from '@btcforecast/testing';
import type { DataSource } from 'typeorm';
import { GatewayEnv } from '../gateway.env.js';
import { AccessLines } from '../http/access-log.js';
import { type RunningGateway, startGateway } from '../start-gateway.js';
import { PeerModule } from './peer-services.js';

export interface KeyOptions {
  /** Default: the tenant of the first key, and a viewer. */
  readonly tenant?: string;
  readonly roles?: readonly Role[];
  readonly scopes?: readonly Permission[];
  readonly instruments?: readonly string[];
  readonly horizons?: readonly string[];
  readonly allowedAddresses?: readonly string[];
  readonly requireSignature?: boolean;
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
}

export interface UserOptions {
  /** Default: of the tenant of the first key, a viewer, without a password that anybody knows. */
  readonly tenant?: string;
  readonly email?: string;
  readonly password?: string;
  readonly roles?: readonly Role[];
  readonly instruments?: readonly string[];
}

const COMMON = {
  RPC_TOKEN: 'token-between-services',
  MARKET_SOURCE: 'replay',
  MARKET_FEED: 'replay-00000001',
  GATEWAY_PORT: '0',
  GATEWAY_GRPC_PORT: '0',
  SHUTDOWN_DRAIN_MS: '0',
  // A busy machine is late without any load on the gateway; tests of the load itself say how late it may be.
  LOAD_MAX_DELAY_MS: '10000',
  // Cheap passwords: it is not how hard they are to guess that is tested.
  PASSWORD_COST: '12',
  SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
};

const ADD_TENANT = 'INSERT INTO tenants (id, name, tier) VALUES ($1, $1, $2)';

/** A gateway in this process, with a real database and with peers that it reaches over TCP. */
export async function startFixture(settings: Record<string, string> = {}) {
  const database = await testDatabase();
  const log = new LogLines();
  const logger = createLogger('test', { level: 'debug', destination: log });
  const common = { ...COMMON, DATABASE_URL: database.url, ...settings };
  const peerEnv = parseEnv(GatewayEnv, { ...common, RPC_PORT: '0' });
  const startPeer = (port = 0) =>
    startService({ name: 'peer', module: PeerModule, env: { ...peerEnv, RPC_PORT: port }, logger });
  let peer = await startPeer();
  const address = `127.0.0.1:${peer.rpcPort}`;
  const gateways: RunningGateway[] = [];
  const text = { ...common, RPC_ADDRESSES_PREDICTION: address, RPC_ADDRESSES_MARKET_DATA: address };
  const addGateway = async (more: Record<string, string> = {}) => {
    const accessLog = new AccessLines('test', 'solo', log.lineOutput);
    const env = parseEnv(GatewayEnv, { ...text, ...more });
    const started = await startGateway({ env, logger, accessLog });
    gateways.push(started);
    return { gateway: started, url: `http://127.0.0.1:${started.port}` };
  };
  const dataSource = await createDataSource({ url: database.url, applicationName: 'test' }).initialize();
  const { gateway, url } = await addGateway();
  const key = await addKey(dataSource);

  return {
    url,
    key,
    /** For a second gateway on the same database. */
    env: parseEnv(GatewayEnv, text),
    log,
    gateway,
    databaseUrl: database.url,
    dataSource,
    keys: new KeyRepository(dataSource),
    peer: () => peer.app.get(PeerModule),
    addKey: (options: KeyOptions) => addKey(dataSource, options),
    addUser: (options: UserOptions) => addUser(dataSource, options),
    addTenant: (id: string, tier: string) => dataSource.query(ADD_TENANT, [id, tier]),
    /** One more, with the same database and the same peers. */
    addGateway,
    get: (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
      fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${key}`, ...headers } }),
    stopPeer: () => peer.close(),
    async restartPeer() {
      peer = await startPeer(Number(address.split(':')[1]));
    },
    loseDatabase: () => dataSource.destroy().then(() => database.drop()),
    async close() {
      await Promise.all(gateways.map((each) => each.close()));
      await peer.close();
      if (dataSource.isInitialized) await this.loseDatabase();
    },
  };
}
export type Fixture = Awaited<ReturnType<typeof startFixture>>;

async function addKey(dataSource: DataSource, options: KeyOptions = {}): Promise<string> {
  const tenant = options.tenant ?? 'default';
  await dataSource.query('INSERT INTO tenants (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [tenant]);
  const { id, secretHash, text } = createKeyText();
  await dataSource.getRepository(ApiKeyEntity).insert({
    id,
    secretHash,
    name: 'test',
    tenant,
    roles: [...(options.roles ?? ['viewer'])],
    scopes: options.scopes ? [...options.scopes] : null,
    instruments: options.instruments ? [...options.instruments] : null,
    horizons: options.horizons ? [...options.horizons] : null,
    allowedAddresses: options.allowedAddresses ? [...options.allowedAddresses] : null,
    requireSignature: Boolean(options.requireSignature),
    bootstrap: false,
    createdBy: 'test',
    createdAt: new Date(),
    expiresAt: options.expiresAt ?? null,
    revokedAt: options.revokedAt ?? null,
    lastUsedAt: null,
  });
  return text;
}

/** Not as hard to guess as those of real users, so that tests need not wait for it. */
const passwords = new PasswordHasher({ log2N: 4, blockSize: 8, parallelism: 1 });

async function addUser(dataSource: DataSource, options: UserOptions = {}): Promise<string> {
  const tenant = options.tenant ?? 'default';
  await dataSource.query('INSERT INTO tenants (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [tenant]);
  const id = randomUUID();
  await dataSource.getRepository(UserEntity).insert({
    ...{ id, tenant, name: 'Test', createdBy: 'test' },
    email: options.email ?? `${id}@example.com`,
    roles: [...(options.roles ?? ['viewer'])],
    instruments: options.instruments ? [...options.instruments] : null,
    horizons: null,
    passwordHash: await passwords.hash(options.password ?? id),
    passwordChangedAt: new Date(),
    createdAt: new Date(),
  });
  return id;
}

/** Everything that was logged, as text. */
export class LogLines extends Writable {
  text = '';
  /** For what writes line by line. */
  readonly lineOutput = { write: (line: string) => void (this.text += line), close: () => undefined };

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  lines(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
