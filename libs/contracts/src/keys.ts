import { z } from 'zod';
import { Permission, TenantId } from './access.js';
import { DisplayName, HorizonLimit, InstrumentLimit, RoleList, ScopeList } from './grants.js';
import { nextPage } from './paging.js';
import { Instant, InstantInput } from './primitives.js';

const MAX_ADDRESSES = 50;
const WEEK_SECONDS = 604_800;
const DAY_SECONDS = 86_400;

export const KeyId = z.string().regex(/^[0-9a-z]{12}$/, 'must be the id of a key, 12 letters and digits');

const AddressList = z
  .array(
    z.union(
      [z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()],
      'must be an address or a network, e.g. 192.0.2.0/24',
    ),
  )
  .min(1)
  .max(MAX_ADDRESSES)
  .nullable()
  .describe('Addresses and networks (CIDR) from which the key may be shown; null: any');
const ExpiresAt = InstantInput.nullable().describe('When it ends; null: never');
const RequireSignature = z
  .boolean()
  .describe('Whether every request with this key must be signed as well (RFC 9421)');

export const CreateKeyRequest = z
  .strictObject({
    name: DisplayName.describe('What the key is for'),
    roles: RoleList.default(['viewer']),
    scopes: ScopeList.default(null),
    instruments: InstrumentLimit.optional().describe(
      'Instruments that may be asked about; null: all; absent: as whoever makes the key',
    ),
    horizons: HorizonLimit.optional().describe(
      'Horizons that may be asked about; null: all; absent: as whoever makes the key',
    ),
    expiresAt: ExpiresAt.default(null),
    allowedAddresses: AddressList.default(null),
    requireSignature: RequireSignature.default(false),
  })
  .meta({ id: 'CreateKeyRequest' });
export type CreateKeyRequest = z.infer<typeof CreateKeyRequest>;

export const ChangeKeyRequest = z
  .strictObject({
    name: DisplayName.describe('What the key is for'),
    roles: RoleList,
    scopes: ScopeList,
    instruments: InstrumentLimit,
    horizons: HorizonLimit,
    expiresAt: ExpiresAt,
    allowedAddresses: AddressList,
    requireSignature: RequireSignature,
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must name what is to change')
  .meta({ id: 'ChangeKeyRequest' });
export type ChangeKeyRequest = z.infer<typeof ChangeKeyRequest>;

export const RotateKeyRequest = z
  .strictObject({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(WEEK_SECONDS)
      .default(DAY_SECONDS)
      .describe('How long the old secret goes on; 0 ends every old one at once'),
  })
  .meta({ id: 'RotateKeyRequest' });
export type RotateKeyRequest = z.infer<typeof RotateKeyRequest>;

export const KeyReply = z
  .object({
    id: z.string().describe('Names the key everywhere; no secret'),
    tenant: TenantId,
    name: z.string().describe('What the key is for'),
    state: z.enum(['active', 'expired', 'revoked']).describe('Only an active key opens anything'),
    roles: RoleList,
    scopes: ScopeList,
    permissions: z.array(Permission).describe('What it may do now, by its roles and scopes'),
    instruments: InstrumentLimit,
    horizons: HorizonLimit,
    allowedAddresses: z
      .array(z.string())
      .nullable()
      .describe('Addresses and networks from which it may be shown; null: any'),
    requireSignature: RequireSignature,
    createdBy: z.string().describe('Who made it'),
    createdAt: Instant.describe('When it was made, UTC'),
    expiresAt: Instant.nullable().describe('When it ends, UTC; null: never'),
    revokedAt: Instant.nullable().describe('When it was revoked, UTC; null: it was not'),
    rotatedAt: Instant.nullable().describe('When its secret was last replaced, UTC; null: never'),
    previousSecretUntil: Instant.nullable().describe(
      'Until when the secret before the last rotation goes on, UTC; null: there is none',
    ),
    lastUsedAt: Instant.nullable().describe('When it was last shown, UTC, to a minute or so; null: never'),
  })
  .meta({ id: 'Key' });
export type KeyReply = z.infer<typeof KeyReply>;

export const NewKeyReply = KeyReply.extend({
  key: z.string().describe('The key itself. It is shown this once: nothing can recover it'),
}).meta({ id: 'NewKey' });
export type NewKeyReply = z.infer<typeof NewKeyReply>;

export const KeysReply = z
  .object({
    data: z.array(KeyReply).describe('Newest first; revoked and expired ones too'),
    ...nextPage,
  })
  .meta({ id: 'KeysReply' });
export type KeysReply = z.infer<typeof KeysReply>;
