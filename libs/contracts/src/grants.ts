import { z } from 'zod';
import { Permission, Role, ROLES, TenantId } from './access.js';
import { PageQuery } from './paging.js';
import { Horizon, HORIZONS, InstrumentId } from './primitives.js';

const MAX_INSTRUMENTS = 100;

const isEachOnce = (list: readonly unknown[]): boolean => new Set(list).size === list.length;
const EACH_ONCE = 'each once';

/** What people call it; it may be shown anywhere, so it holds no control characters. */
export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^\P{C}*$/u, 'must hold no control characters');

export const RoleList = z
  .array(Role)
  .min(1)
  .max(ROLES.length)
  .refine(isEachOnce, EACH_ONCE)
  .describe('Bundles of permissions');

export const ScopeList = z
  .array(Permission)
  .min(1)
  .refine(isEachOnce, EACH_ONCE)
  .nullable()
  .describe('Permissions to which the roles are narrowed; null: all that the roles give');

export const InstrumentLimit = z
  .array(InstrumentId)
  .min(1)
  .max(MAX_INSTRUMENTS)
  .refine(isEachOnce, EACH_ONCE)
  .nullable()
  .describe('Instruments that may be asked about; null: all');

export const HorizonLimit = z
  .array(Horizon)
  .min(1)
  .max(HORIZONS.length)
  .refine(isEachOnce, EACH_ONCE)
  .nullable()
  .describe('Horizons that may be asked about; null: all');

/** What whoever asks may ask about. */
export const Limits = z.object({
  instruments: z.array(InstrumentId).nullable().describe('null: all'),
  horizons: z.array(Horizon).nullable().describe('null: all'),
});
export type Limits = z.infer<typeof Limits>;
export const NO_LIMITS: Limits = { instruments: null, horizons: null };

/** For whom a service behind the edge answers: who sees what is the tenant's, and within these limits. */
export const Asker = Limits.extend({ tenant: TenantId });
export type Asker = z.infer<typeof Asker>;

/** Of a route about what belongs to a tenant. */
export const TenantQuery = z.object({
  tenant: TenantId.optional().describe('Whose; only administrators may name another tenant than their own'),
});
export type TenantQuery = z.infer<typeof TenantQuery>;

/** Of a list of what belongs to a tenant. */
export const TenantPageQuery = TenantQuery.extend(PageQuery.shape);
export type TenantPageQuery = z.infer<typeof TenantPageQuery>;
