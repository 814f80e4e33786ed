import {
  type ChangeOAuthClientRequest,
  type CreateOAuthClientRequest,
  type NewOAuthClientReply,
  OAuthClientId,
  type OAuthClientReply,
  type OAuthClientsReply,
  type RotateOAuthClientRequest,
  type TenantPageQuery,
} from '@btcforecast/contracts';
import type { OAuthClientEntity } from '@btcforecast/database';
import { AppError, type Clock } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import { assertMayGrant, grantOf } from '../grants.js';
import { changeTenant } from '../keepers.js';
import { createKeyText } from '../key-text.js';
import { type PagedList, pageOf, positionOf } from '../page-cursor.js';
import { actorName, type Principal } from '../principal.js';
import { tenantFor } from '../tenant-scope.js';
import { assertTenant } from '../tenants/tenant.repository.js';
import { oauthClientReply } from './oauth-client-reply.js';
import { OAuthClientRepository } from './oauth-client.repository.js';
import { type KeysOfClient, publicJwks, publicJwksOfPem } from './public-jwks.js';

export interface OAuthClientAdministrationDependencies {
  readonly dataSource: DataSource;
  readonly clock: Clock;
  /** Told of each client that was changed, once that is committed. */
  readonly onChanged: (id: string) => void;
}

/** Which client, and whose; the tenant as it was named, if it was. */
export interface OAuthClientAddress {
  readonly id: string;
  readonly tenant?: string | undefined;
}

const CLIENTS: PagedList = { name: 'oauth-clients', id: OAuthClientId };
/** Of a tenant: more than anybody can look after. */
const MAX_OPEN_CLIENTS = 500;
const NO_SECRET = { secretHash: null, previousSecretHash: null, previousUntil: null, rotatedAt: null };

/** Makes OAuth clients and looks after them. Nobody gives a client more than they have themselves. */
export class OAuthClientAdministration {
  constructor(private readonly deps: OAuthClientAdministrationDependencies) {}

  /** @throws AppError caller access.grant_too_wide, oauth_client.conflict, tenant.not_found, request.invalid */
  async create(by: Principal, asked: CreateOAuthClientRequest, named?: string): Promise<NewOAuthClientReply> {
    const { dataSource, clock } = this.deps;
    const tenant = tenantFor(by, named, 'write');
    const { instruments = by.instruments, horizons = by.horizons, name, roles, scopes, authMethod } = asked;
    const limits = { instruments: listOf(instruments), horizons: listOf(horizons) };
    assertMayGrant(by, grantOf({ roles, scopes, ...limits }), 'the client');
    const jwks = await keysOf(asked);
    const clients = new OAuthClientRepository(dataSource);
    await assertTenant(dataSource, by, tenant);
    if ((await clients.countOpen(tenant, clock.now())) >= MAX_OPEN_CLIENTS) throw tooMany(tenant);
    const { id, secretHash, text } = createKeyText();
    const made = { id, tenant, name, authMethod, createdBy: actorName(by) };
    const times = { createdAt: new Date(clock.now()), expiresAt: dateOf(asked.expiresAt) };
    const proof = jwks ? { ...NO_SECRET, jwks } : { ...NO_SECRET, secretHash, jwks: null };
    const row = { ...made, roles, scopes, ...limits, ...times, ...proof };
    await clients.add(row);
    return { ...this.#reply({ ...row, revokedAt: null, lastUsedAt: null }), secret: jwks ? null : text };
  }

  /** Newest first. @throws AppError caller tenant.not_found, request.cursor_invalid */
  async list(by: Principal, { tenant: named, limit, cursor }: TenantPageQuery): Promise<OAuthClientsReply> {
    const tenant = tenantFor(by, named, 'read');
    const clients = new OAuthClientRepository(this.deps.dataSource);
    const rows = await clients.list(tenant, positionOf(CLIENTS, cursor), limit + 1);
    return pageOf(CLIENTS, rows, limit, (row) => this.#reply(row));
  }

  /** @throws AppError caller oauth_client.not_found, tenant.not_found */
  async get(by: Principal, { id, tenant }: OAuthClientAddress): Promise<OAuthClientReply> {
    const clients = new OAuthClientRepository(this.deps.dataSource);
    return this.#reply(await existing(clients, tenantFor(by, tenant, 'read'), id));
  }

  /**
   * Changes what a client is called, what it may do, or its keys; what is absent stays. Tokens that it has are
   * narrowed at once.
   *
   * @throws AppError caller oauth_client.not_found, oauth_client.conflict, access.grant_too_wide, tenant.not_found
   */
  async change(
    by: Principal,
    address: OAuthClientAddress,
    { expiresAt, jwks: keys, ...rest }: ChangeOAuthClientRequest,
  ): Promise<OAuthClientReply> {
    const jwks = keys && (await publicJwks(keys.keys));
    const change = {
      ...rest,
      ...(expiresAt !== undefined && { expiresAt: dateOf(expiresAt) }),
      ...(jwks && { jwks }),
    };
    return this.#changing(by, address, async (clients, row) => {
      assertOpen(row);
      if (jwks && row.jwks === null) throw conflict(row.id, 'it has a secret; make one with private_key_jwt');
      assertMayGrant(by, grantOf({ ...row, ...change }), 'the client');
      await clients.change(row.tenant, row.id, change);
    });
  }

  /**
   * Ends a client and its tokens for good; doing it again does no harm.
   *
   * @throws AppError caller oauth_client.not_found, access.grant_too_wide, tenant.not_found
   */
  revoke(by: Principal, address: OAuthClientAddress): Promise<OAuthClientReply> {
    return this.#changing(by, address, async (clients, row) => {
      if (row.revokedAt !== null) return;
      await clients.change(row.tenant, row.id, { revokedAt: new Date(this.deps.clock.now()) });
    });
  }

  /**
   * Gives a client a new secret; the old one goes on for the overlap.
   *
   * @throws AppError caller oauth_client.not_found, oauth_client.conflict, access.grant_too_wide, tenant.not_found
   */
  async rotate(
    by: Principal,
    address: OAuthClientAddress,
    { overlapSeconds }: RotateOAuthClientRequest,
  ): Promise<NewOAuthClientReply> {
    const { secretHash, text } = createKeyText(address.id);
    const rotated = await this.#changing(by, address, async (clients, row) => {
      assertOpen(row);
      const nowMs = this.deps.clock.now();
      assertRotatable(row, overlapSeconds, nowMs);
      await clients.change(row.tenant, row.id, {
        secretHash,
        rotatedAt: new Date(nowMs),
        previousSecretHash: overlapSeconds > 0 ? row.secretHash : null,
        previousUntil: overlapSeconds > 0 ? new Date(nowMs + overlapSeconds * 1000) : null,
      });
    });
    return { ...rotated, secret: text };
  }

  /** Whoever changes a client must have all that it has, or could make it their own. */
  async #changing(
    by: Principal,
    { id, tenant: named }: OAuthClientAddress,
    change: (clients: OAuthClientRepository, row: OAuthClientEntity) => Promise<void>,
  ): Promise<OAuthClientReply> {
    const tenant = tenantFor(by, named, 'write');
    const reply = await changeTenant(this.deps.dataSource, tenant, async (manager) => {
      const clients = new OAuthClientRepository(manager);
      const row = await existing(clients, tenant, id);
      assertMayGrant(by, grantOf(row), 'the client');
      await change(clients, row);
      return this.#reply(await existing(clients, tenant, id));
    });
    this.deps.onChanged(id);
    return reply;
  }

  #reply(row: OAuthClientEntity): OAuthClientReply {
    return oauthClientReply(row, this.deps.clock.now());
  }
}

async function keysOf({ jwks, publicKey }: CreateOAuthClientRequest): Promise<KeysOfClient | null> {
  if (jwks) return publicJwks(jwks.keys);
  return publicKey === undefined ? null : publicJwksOfPem(publicKey);
}

async function existing(
  clients: OAuthClientRepository,
  tenant: string,
  id: string,
): Promise<OAuthClientEntity> {
  const row = await clients.find(tenant, id);
  if (row) return row;
  const message = `no OAuth client has the id ${id}; GET /v1/oauth-clients lists them`;
  throw new AppError('caller', 'oauth_client.not_found', message, { id });
}

function assertOpen({ id, revokedAt }: OAuthClientEntity): void {
  if (revokedAt === null) return;
  throw conflict(id, 'it has been revoked, and nothing about it can change; make another client');
}

function assertRotatable(row: OAuthClientEntity, overlapSeconds: number, nowMs: number): void {
  if (row.secretHash === null) throw conflict(row.id, 'it has keys and no secret; change its jwks instead');
  const { previousUntil } = row;
  if (overlapSeconds === 0 || previousUntil === null || previousUntil.getTime() <= nowMs) return;
  const until = previousUntil.toISOString();
  throw conflict(
    row.id,
    `its secret before the last rotation goes on until ${until}; wait for that, or rotate with overlapSeconds 0`,
  );
}

function conflict(id: string, why: string): AppError {
  return new AppError('caller', 'oauth_client.conflict', `the client ${id} cannot be changed so: ${why}`, {
    id,
  });
}

function tooMany(tenant: string): AppError {
  const message = `the tenant ${tenant} has ${MAX_OPEN_CLIENTS} OAuth clients; revoke some that nobody uses`;
  return new AppError('caller', 'oauth_client.conflict', message, { open: MAX_OPEN_CLIENTS });
}

function dateOf(epochMs: number | null): Date | null {
  return epochMs === null ? null : new Date(epochMs);
}

function listOf(limit: readonly string[] | null): string[] | null {
  return limit === null ? null : [...limit];
}
