import { z } from 'zod';
import { TenantId } from './access.js';
import { DisplayName } from './grants.js';
import { nextPage } from './paging.js';
import { Instant } from './primitives.js';

const Tier = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,30}$/, 'must be the name of a tier')
  .describe('Which quotas hold for it');

export const CreateTenantRequest = z
  .strictObject({
    id: TenantId,
    name: DisplayName.describe('Who it is'),
    tier: Tier.default('standard'),
  })
  .meta({ id: 'CreateTenantRequest' });
export type CreateTenantRequest = z.infer<typeof CreateTenantRequest>;

export const ChangeTenantRequest = z
  .strictObject({ name: DisplayName.describe('Who it is'), tier: Tier })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must name what is to change')
  .meta({ id: 'ChangeTenantRequest' });
export type ChangeTenantRequest = z.infer<typeof ChangeTenantRequest>;

export const TenantReply = z
  .object({
    id: TenantId,
    name: z.string().describe('Who it is'),
    tier: z.string().describe('Which quotas hold for it'),
    createdAt: Instant.describe('When it was made, UTC'),
  })
  .meta({ id: 'Tenant' });
export type TenantReply = z.infer<typeof TenantReply>;

export const TenantsReply = z
  .object({ data: z.array(TenantReply).describe('In the order of their ids'), ...nextPage })
  .meta({ id: 'TenantsReply' });
export type TenantsReply = z.infer<typeof TenantsReply>;
