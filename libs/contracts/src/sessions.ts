import { z } from 'zod';
import { Permission, TenantId } from './access.js';
import { HorizonLimit, InstrumentLimit, RoleList } from './grants.js';
import { Instant } from './primitives.js';
import { Email, GivenPassword, NewPassword } from './users.js';

export const SessionId = z.uuid('must be the id of a session');

export const LoginRequest = z
  .strictObject({
    tenant: TenantId.default('default').describe('The tenant of the user'),
    email: Email,
    password: GivenPassword.describe('The password of the user'),
  })
  .meta({ id: 'LoginRequest' });
export type LoginRequest = z.infer<typeof LoginRequest>;

export const ChangePasswordRequest = z
  .strictObject({
    currentPassword: GivenPassword.describe('The password up to now'),
    newPassword: NewPassword,
  })
  .meta({ id: 'ChangePasswordRequest' });
export type ChangePasswordRequest = z.infer<typeof ChangePasswordRequest>;

export const SessionSummary = z.object({
  id: z.uuid().describe('Names the session; opens nothing'),
  isCurrent: z.boolean().describe('Whether it is the one that asks'),
  address: z.string().describe('From where it was begun'),
  userAgent: z.string().nullable().describe('What the browser called itself then; null: nothing'),
  createdAt: Instant.describe('When it was begun, UTC'),
  lastSeenAt: Instant.describe('When it was last used, UTC, to a minute or so'),
  idleExpiresAt: Instant.describe('When it ends unless it is used, UTC'),
  expiresAt: Instant.describe('When it ends in any case, UTC'),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

export const SessionReply = SessionSummary.extend({
  csrfToken: z
    .string()
    .describe(
      'To be sent in the header X-CSRF-Token with every request of this session that changes something',
    ),
  user: z
    .object({
      id: z.uuid().describe('Id of the user'),
      tenant: TenantId,
      email: z.string().describe('By which the user logged in'),
      name: z.string().describe('What the user is called'),
      roles: RoleList,
      permissions: z.array(Permission).describe('What the roles give'),
      instruments: InstrumentLimit,
      horizons: HorizonLimit,
    })
    .describe('Who is logged in'),
}).meta({ id: 'Session' });
export type SessionReply = z.infer<typeof SessionReply>;

export const SessionsReply = z
  .object({ data: z.array(SessionSummary).describe('The own sessions that go on, newest first') })
  .meta({ id: 'SessionsReply' });
export type SessionsReply = z.infer<typeof SessionsReply>;

export const SessionEndedReply = z
  .object({
    ended: z.array(z.uuid()).describe('Ids of the sessions that no longer open anything'),
  })
  .meta({ id: 'SessionEnded' });
export type SessionEndedReply = z.infer<typeof SessionEndedReply>;

export const IdentityReply = z
  .object({
    kind: z.enum(['key', 'client', 'session']).describe('What was shown'),
    id: z.string().describe('Id of the key, the OAuth client or the user'),
    tenant: TenantId,
    name: z.string().describe('What it is called'),
    roles: z.array(z.string()).describe('Its roles'),
    permissions: z.array(Permission).describe('What it may do'),
    instruments: InstrumentLimit,
    horizons: HorizonLimit,
  })
  .meta({ id: 'Identity' });
export type IdentityReply = z.infer<typeof IdentityReply>;
