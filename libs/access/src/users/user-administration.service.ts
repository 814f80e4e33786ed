import { randomUUID } from 'node:crypto';
import {
  type ChangeUserRequest,
  type CreateUserRequest,
  type TenantPageQuery,
  UserId,
  type UserReply,
  type UsersReply,
} from '@btcforecast/contracts';
import type { UserEntity } from '@btcforecast/database';
import { AppError, type Clock } from '@btcforecast/platform';
import type { DataSource, EntityManager } from 'typeorm';
import { assertMayGrant, grantOf } from '../grants.js';
import { assertOtherKeeper, changeTenant, isKeeper } from '../keepers.js';
import { type PagedList, pageOf, positionOf } from '../page-cursor.js';
import { actorName, type Principal } from '../principal.js';
import { SessionRepository } from '../sessions/session.repository.js';
import { tenantFor } from '../tenant-scope.js';
import { TenantRepository } from '../tenants/tenant.repository.js';
import type { PasswordHasher } from './password-hasher.js';
import { userReply } from './user-reply.js';
import { UserRepository } from './user.repository.js';

export interface UserAdministrationDependencies {
  readonly dataSource: DataSource;
  readonly passwords: PasswordHasher;
  readonly clock: Clock;
  /** Told once a change of a user is committed. */
  readonly onChanged: () => void;
}

/** Which user, and whose; the tenant as it was named, if it was. */
export interface UserAddress {
  readonly id: string;
  readonly tenant?: string | undefined;
}

interface OpenedUser {
  readonly manager: EntityManager;
  readonly users: UserRepository;
  readonly row: UserEntity;
}

const USERS: PagedList = { name: 'users', id: UserId };
/** Of a tenant: more than anybody can look after. */
const MAX_USERS = 1_000;

/** The people of a tenant, who log in to the dashboard. */
export class UserAdministration {
  constructor(private readonly deps: UserAdministrationDependencies) {}

  /** @throws AppError caller access.grant_too_wide, user.conflict, tenant.not_found */
  async create(by: Principal, asked: CreateUserRequest, named?: string): Promise<UserReply> {
    const tenant = tenantFor(by, named, 'write');
    const { instruments = by.instruments, horizons = by.horizons } = asked;
    const limits = { instruments: instruments && [...instruments], horizons: horizons && [...horizons] };
    assertMayGrant(by, grantOf({ roles: asked.roles, ...limits }), 'the user');
    return this.add({ ...asked, ...limits, tenant }, actorName(by));
  }

  /**
   * Adds a user whoever asks for it: for the command line, whose database is at hand.
   *
   * @throws AppError caller user.conflict, tenant.not_found
   */
  async add(asked: NewUser, createdBy: string): Promise<UserReply> {
    const { dataSource, passwords, clock } = this.deps;
    const { tenant, email, name, roles, instruments, horizons } = asked;
    const passwordHash = await passwords.hash(asked.password);
    return changeTenant(dataSource, tenant, async (manager) => {
      await new TenantRepository(manager).get(tenant);
      const users = new UserRepository(manager);
      await assertFree(users, tenant, email);
      if ((await users.count(tenant)) >= MAX_USERS) throw tooMany(tenant);
      const id = randomUUID();
      const now = new Date(clock.now());
      const times = { createdAt: now, passwordChangedAt: now };
      await users.add({
        id,
        tenant,
        email,
        name,
        roles,
        instruments,
        horizons,
        passwordHash,
        createdBy,
        ...times,
      });
      return userReply(await existing(users, tenant, id));
    });
  }

  /** Newest first. @throws AppError caller tenant.not_found, request.cursor_invalid */
  async list(by: Principal, { tenant: named, limit, cursor }: TenantPageQuery): Promise<UsersReply> {
    const tenant = tenantFor(by, named, 'read');
    const users = new UserRepository(this.deps.dataSource);
    const rows = await users.list(tenant, positionOf(USERS, cursor), limit + 1);
    return pageOf(USERS, rows, limit, userReply);
  }

  /** @throws AppError caller user.not_found, tenant.not_found */
  async get(by: Principal, { id, tenant }: UserAddress): Promise<UserReply> {
    const users = new UserRepository(this.deps.dataSource);
    return userReply(await existing(users, tenantFor(by, tenant, 'read'), id));
  }

  /**
   * Changes a user; what is absent stays. A new password, and being disabled, end all sessions of the user.
   *
   * @throws AppError caller user.not_found, tenant.not_found, user.conflict, access.grant_too_wide, access.last_keeper
   */
  async change(by: Principal, address: UserAddress, asked: ChangeUserRequest): Promise<UserReply> {
    const { password, disabled, ...rest } = asked;
    if (password !== undefined) assertOfAnother(by, address);
    const passwordHash = password === undefined ? undefined : await this.deps.passwords.hash(password);
    return this.#changing(by, address, async ({ manager, users, row }) => {
      const now = new Date(this.deps.clock.now());
      const disabledAt = disabled === false ? null : (row.disabledAt ?? now);
      const change = {
        ...rest,
        ...(disabled !== undefined && { disabledAt }),
        ...(passwordHash !== undefined && { passwordHash, passwordChangedAt: now }),
      };
      if (rest.email !== undefined && rest.email !== row.email)
        await assertFree(users, row.tenant, rest.email);
      const next = { ...row, ...change };
      assertMayGrant(by, grantOf(next), 'the user');
      if (!isKeeping(next)) await this.#assertMayLose(manager, row);
      await users.change(row.tenant, row.id, change);
      if (disabled === true || passwordHash !== undefined)
        await new SessionRepository(manager).deleteOfUser(row.id);
    });
  }

  /**
   * Removes a user and all sessions of the user. What the user did stays on record under the user's id.
   *
   * @throws AppError caller user.not_found, tenant.not_found, access.grant_too_wide, access.last_keeper
   */
  delete(by: Principal, address: UserAddress): Promise<UserReply> {
    return this.#changing(by, address, async ({ manager, users, row }) => {
      await this.#assertMayLose(manager, row);
      await users.delete(row.tenant, row.id);
    });
  }

  /** Whoever changes a user must have all that the user has, or could become that user. */
  async #changing(
    by: Principal,
    { id, tenant: named }: UserAddress,
    change: (opened: OpenedUser) => Promise<void>,
  ): Promise<UserReply> {
    const tenant = tenantFor(by, named, 'write');
    const reply = await changeTenant(this.deps.dataSource, tenant, async (manager) => {
      const users = new UserRepository(manager);
      const row = await existing(users, tenant, id);
      assertMayGrant(by, grantOf(row), 'the user');
      await change({ manager, users, row });
      return userReply((await users.find(tenant, id)) ?? row);
    });
    this.deps.onChanged();
    return reply;
  }

  async #assertMayLose(manager: EntityManager, row: UserEntity): Promise<void> {
    if (isKeeping(row)) await assertOtherKeeper(manager, row.tenant, row.id, this.deps.clock.now());
  }
}

/** A user to be added; the e-mail address in lower case. */
export interface NewUser {
  readonly tenant: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly roles: string[];
  readonly instruments: string[] | null;
  readonly horizons: string[] | null;
}

function isKeeping(row: UserEntity): boolean {
  return row.disabledAt === null && isKeeper(grantOf(row));
}

async function existing(users: UserRepository, tenant: string, id: string): Promise<UserEntity> {
  const row = await users.find(tenant, id);
  if (row) return row;
  throw new AppError('caller', 'user.not_found', `no user has the id ${id}; GET /v1/users lists them`, {
    id,
  });
}

async function assertFree(users: UserRepository, tenant: string, email: string): Promise<void> {
  if (!(await users.findByEmail(tenant, email))) return;
  const message =
    'a user with this e-mail address is there already; change that one, or take another address';
  throw new AppError('caller', 'user.conflict', message);
}

/** Whoever finds an open session must not be able to keep it by a new password. */
function assertOfAnother(by: Principal, { id }: UserAddress): void {
  if (by.kind !== 'session' || by.id !== id) return;
  const message = 'your own password is changed at POST /v1/session/password, which asks for the present one';
  throw new AppError('caller', 'user.conflict', message);
}

function tooMany(tenant: string): AppError {
  const message = `the tenant ${tenant} has ${MAX_USERS} users; delete some who no longer log in, and ask again`;
  return new AppError('caller', 'user.conflict', message, { users: MAX_USERS });
}
