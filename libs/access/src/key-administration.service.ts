import {
  type ChangeKeyRequest,
  type CreateKeyRequest,
  KeyId,
  type KeyReply,
  type KeysReply,
  type NewKeyReply,
  type RotateKeyRequest,
  type TenantPageQuery,
} from '@btcforecast/contracts';
import type { ApiKeyEntity } from '@btcforecast/database';
import { AppError, type Clock } from '@btcforecast/platform';
import type { DataSource, EntityManager } from 'typeorm';
import { allowListOf } from './allow-list.js';
import { assertMayGrant, grantOf } from './grants.js';
import { assertOtherKeeper, changeTenant, isKeeper } from './keepers.js';
import { keyReply, stateOf } from './key-reply.js';
import { createKeyText } from './key-text.js';
import { KeyRepository } from './key.repository.js';
import type { Caller } from './key.service.js';
import { type PagedList, pageOf, positionOf } from './page-cursor.js';
import { actorName, type Principal } from './principal.js';
import { tenantFor } from './tenant-scope.js';
import { assertTenant } from './tenants/tenant.repository.js';

export interface KeyAdministrationDependencies {
  readonly dataSource: DataSource;
  readonly clock: Clock;
  /** Told of each key that was changed, once that is committed. */
  readonly onChanged: (id: string) => void;
}

/** Which key, and whose; the tenant as it was named, if it was. */
export interface KeyAddress {
  readonly id: string;
  readonly tenant?: string | undefined;
}

const KEYS: PagedList = { name: 'keys', id: KeyId };
/** Of a tenant: more than anybody can look after. */
const MAX_OPEN_KEYS = 500;

interface OpenedKey {
  readonly manager: EntityManager;
  readonly keys: KeyRepository;
  readonly row: ApiKeyEntity;
}

/** Makes keys and looks after them. A key belongs to a tenant; its text is seen once, by whoever makes it. */
export class KeyAdministration {
  constructor(private readonly deps: KeyAdministrationDependencies) {}

  /**
   * Takes two ways to the database, for it may be an ocean away. Making a key takes nothing from anybody, so it needs no
   * lock: several made at once may pass the limit by as many.
   *
   * @throws AppError caller access.grant_too_wide, key.conflict, tenant.not_found
   */
  async create(by: Principal, asked: CreateKeyRequest, named?: string): Promise<NewKeyReply> {
    const { dataSource, clock } = this.deps;
    const tenant = tenantFor(by, named, 'write');
    const { instruments = by.instruments, horizons = by.horizons, expiresAt, ...rest } = asked;
    const limits = { instruments: listOf(instruments), horizons: listOf(horizons) };
    assertMayGrant(by, grantOf({ ...rest, ...limits }), 'the key');
    assertFuture(expiresAt, clock.now());
    const keys = new KeyRepository(dataSource);
    await assertTenant(dataSource, by, tenant);
    if ((await keys.countOpen(tenant, clock.now())) >= MAX_OPEN_KEYS) throw tooMany(tenant);
    const { id, secretHash, text } = createKeyText();
    const made = { id, tenant, secretHash, bootstrap: false, createdBy: actorName(by) };
    const times = { createdAt: new Date(clock.now()), expiresAt: dateOf(expiresAt) };
    const rotation = { rotatedAt: null, previousSecretHash: null, previousUntil: null };
    const row = { ...rest, ...limits, ...made, ...times, ...rotation };
    await keys.add(row);
    return { ...this.#reply({ ...row, revokedAt: null, lastUsedAt: null }), key: text };
  }

  /** Newest first. @throws AppError caller tenant.not_found, request.cursor_invalid */
  async list(by: Principal, { tenant: named, limit, cursor }: TenantPageQuery): Promise<KeysReply> {
    const tenant = tenantFor(by, named, 'read');
    const keys = new KeyRepository(this.deps.dataSource);
    const rows = await keys.list(tenant, positionOf(KEYS, cursor), limit + 1);
    return pageOf(KEYS, rows, limit, (row) => this.#reply(row));
  }

  /** @throws AppError caller key.not_found, tenant.not_found */
  async get(by: Principal, { id, tenant }: KeyAddress): Promise<KeyReply> {
    const keys = new KeyRepository(this.deps.dataSource);
    return this.#reply(await existing(keys, tenantFor(by, tenant, 'read'), id));
  }

  /**
   * Changes what a key is called and what it may do; what is absent stays.
   *
   * @param from where this is asked from: a key cannot shut itself out
   * @throws AppError caller key.not_found, tenant.not_found, key.conflict, access.grant_too_wide, access.last_keeper
   */
  async change(by: Principal, address: KeyAddress, asked: ChangeKeyRequest, from: Caller): Promise<KeyReply> {
    const { expiresAt, ...rest } = asked;
    assertFuture(expiresAt, this.deps.clock.now());
    const change = { ...rest, ...(expiresAt !== undefined && { expiresAt: dateOf(expiresAt) }) };
    return this.#changing(by, address, async ({ manager, keys, row }) => {
      assertChangeable(row);
      const grant = grantOf({ ...row, ...change });
      assertMayGrant(by, grant, 'the key');
      if (isSelf(by, row) && change.allowedAddresses) assertReachable(change.allowedAddresses, from);
      if (!isKeeper(grant)) await this.#assertMayLose(manager, row);
      await keys.change(row.tenant, row.id, change);
    });
  }

  /**
   * Ends a key for good; doing it again does no harm.
   *
   * @throws AppError caller key.not_found, tenant.not_found, access.grant_too_wide, access.last_keeper
   */
  revoke(by: Principal, address: KeyAddress): Promise<KeyReply> {
    return this.#changing(by, address, async ({ manager, keys, row }) => {
      if (row.revokedAt !== null) return;
      await this.#assertMayLose(manager, row);
      const revokedAt = new Date(this.deps.clock.now());
      await keys.change(row.tenant, row.id, { revokedAt, previousSecretHash: null, previousUntil: null });
    });
  }

  /**
   * Gives a key a new secret; the old one goes on for as long as is asked, so that clients can be moved over. An
   * overlap of 0 ends every old one at once.
   *
   * @throws AppError caller key.not_found, tenant.not_found, access.grant_too_wide; key.conflict while the overlap of
   *   an earlier rotation goes on
   */
  async rotate(by: Principal, address: KeyAddress, asked: RotateKeyRequest): Promise<NewKeyReply> {
    const { secretHash, text } = createKeyText(address.id);
    const overlapMs = asked.overlapSeconds * 1000;
    const rotated = await this.#changing(by, address, async ({ keys, row }) => {
      assertChangeable(row);
      const nowMs = this.deps.clock.now();
      if (overlapMs > 0) assertNoOverlap(row, nowMs);
      await keys.change(row.tenant, row.id, {
        secretHash,
        rotatedAt: new Date(nowMs),
        previousSecretHash: overlapMs > 0 ? row.secretHash : null,
        previousUntil: overlapMs > 0 ? new Date(nowMs + overlapMs) : null,
      });
    });
    return { ...rotated, key: text };
  }

  /** Whoever changes a key must have all that it has, or could make it their own. */
  async #changing(
    by: Principal,
    { id, tenant: named }: KeyAddress,
    change: (opened: OpenedKey) => Promise<void>,
  ): Promise<KeyReply> {
    const tenant = tenantFor(by, named, 'write');
    const reply = await changeTenant(this.deps.dataSource, tenant, async (manager) => {
      const keys = new KeyRepository(manager);
      const row = await existing(keys, tenant, id);
      assertMayGrant(by, grantOf(row), 'the key');
      await change({ manager, keys, row });
      return this.#reply(await existing(keys, tenant, id));
    });
    this.deps.onChanged(id);
    return reply;
  }

  async #assertMayLose(manager: EntityManager, row: ApiKeyEntity): Promise<void> {
    const nowMs = this.deps.clock.now();
    if (isKeeper(grantOf(row)) && stateOf(row, nowMs) === 'active') {
      await assertOtherKeeper(manager, row.tenant, row.id, nowMs);
    }
  }

  #reply(row: ApiKeyEntity): KeyReply {
    return keyReply(row, this.deps.clock.now());
  }
}

async function existing(keys: KeyRepository, tenant: string, id: string): Promise<ApiKeyEntity> {
  const row = await keys.find(tenant, id);
  if (row) return row;
  const message = `no key has the id ${id}; GET /v1/keys lists them`;
  throw new AppError('caller', 'key.not_found', message, { id });
}

function isSelf(by: Principal, { id }: ApiKeyEntity): boolean {
  return by.kind === 'key' && by.id === id;
}

function assertChangeable({ id, bootstrap, revokedAt }: ApiKeyEntity): void {
  if (revokedAt !== null)
    throw conflict(id, 'it has been revoked, and nothing about it can change; make another key');
  if (!bootstrap) return;
  throw conflict(
    id,
    'it is the key of the operator, which lies in a file: delete admin.key and start again to have it replaced, or ' +
      'make another key',
  );
}

function assertNoOverlap({ id, previousUntil }: ApiKeyEntity, nowMs: number): void {
  if (previousUntil === null || previousUntil.getTime() <= nowMs) return;
  const until = previousUntil.toISOString();
  throw conflict(
    id,
    `its secret before the last rotation goes on until ${until}; wait for that, or rotate with overlapSeconds 0`,
  );
}

function assertReachable(allowedAddresses: readonly string[], { ip }: Caller): void {
  if (allowListOf(allowedAddresses)(ip)) return;
  const message = `the addresses leave out ${ip}, from where this key asks, so it would shut itself out; add it`;
  throw new AppError('caller', 'key.conflict', message);
}

function conflict(id: string, why: string): AppError {
  return new AppError('caller', 'key.conflict', `the key ${id} cannot be changed so: ${why}`, { id });
}

function tooMany(tenant: string): AppError {
  const message = `the tenant ${tenant} has ${MAX_OPEN_KEYS} keys; revoke some that nobody uses, and ask again`;
  return new AppError('caller', 'key.conflict', message, { open: MAX_OPEN_KEYS });
}

function assertFuture(expiresAt: number | null | undefined, nowMs: number): void {
  if (expiresAt === undefined || expiresAt === null || expiresAt > nowMs) return;
  const message = 'body/expiresAt has passed already; name a later time, or revoke the key to end it now';
  throw new AppError('caller', 'request.invalid', message);
}

function dateOf(epochMs: number | null): Date | null {
  return epochMs === null ? null : new Date(epochMs);
}

function listOf(limit: readonly string[] | null): string[] | null {
  return limit === null ? null : [...limit];
}
