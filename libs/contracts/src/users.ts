import { z } from 'zod';
import { Permission, TenantId } from './access.js';
import { DisplayName, HorizonLimit, InstrumentLimit, RoleList } from './grants.js';
import { nextPage } from './paging.js';
import { Instant } from './primitives.js';

/** A password is all that is asked for, so it must be long: NIST SP 800-63B-4, section 3.1.1.2. */
const MIN_PASSWORD = 15;
const MAX_PASSWORD = 128;

export const UserId = z.uuid('must be the id of a user');

/** Addresses are compared without regard to case. */
export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('must be an e-mail address'))
  .describe('By which the user logs in');

export const NewPassword = z
  .string()
  .min(MIN_PASSWORD)
  .max(MAX_PASSWORD)
  .refine((text) => new Set(text).size > 4, 'must not repeat so few characters')
  .describe(`${MIN_PASSWORD} characters or more; a few words will do`);
/** As somebody types it who logs in: it was long enough once. */
export const GivenPassword = z.string().min(1).max(MAX_PASSWORD);

const limits = {
  instruments: InstrumentLimit,
  horizons: HorizonLimit,
};

export const CreateUserRequest = z
  .strictObject({
    email: Email,
    name: DisplayName.describe('What the user is called'),
    password: NewPassword,
    roles: RoleList.default(['viewer']),
    instruments: limits.instruments
      .optional()
      .describe('Instruments that may be asked about; null: all; absent: as whoever makes the user'),
    horizons: limits.horizons
      .optional()
      .describe('Horizons that may be asked about; null: all; absent: as whoever makes the user'),
  })
  .meta({ id: 'CreateUserRequest' });
export type CreateUserRequest = z.infer<typeof CreateUserRequest>;

export const ChangeUserRequest = z
  .strictObject({
    email: Email,
    name: DisplayName.describe('What the user is called'),
    password: NewPassword.describe('A new one; ends every session of the user'),
    roles: RoleList,
    ...limits,
    disabled: z.boolean().describe('A disabled user cannot log in, and all sessions end'),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must name what is to change')
  .meta({ id: 'ChangeUserRequest' });
export type ChangeUserRequest = z.infer<typeof ChangeUserRequest>;

export const UserReply = z
  .object({
    id: z.uuid().describe('Names the user everywhere'),
    tenant: TenantId,
    email: z.string().describe('By which the user logs in'),
    name: z.string().describe('What the user is called'),
    roles: RoleList,
    permissions: z.array(Permission).describe('What the roles give'),
    ...limits,
    createdBy: z.string().describe('Who made the user'),
    createdAt: Instant.describe('When the user was made, UTC'),
    disabledAt: Instant.nullable().describe('Since when the user is disabled, UTC; null: is not'),
    passwordChangedAt: Instant.describe('When the password was last set, UTC'),
    lastLoginAt: Instant.nullable().describe('When the user last logged in, UTC; null: never'),
  })
  .meta({ id: 'User' });
export type UserReply = z.infer<typeof UserReply>;

export const UsersReply = z
  .object({ data: z.array(UserReply).describe('Newest first'), ...nextPage })
  .meta({ id: 'UsersReply' });
export type UsersReply = z.infer<typeof UsersReply>;
