import { z } from 'zod';

/** What can be permitted, resource and action. Every route of the API needs exactly one of these, or is public. */
export const PERMISSIONS = [
  'market:read',
  'forecasts:read',
  'streams:read',
  'models:read',
  'models:write',
  'models:promote',
  'models:load',
  'inference:run',
  'backtests:read',
  'backtests:write',
  'keys:read',
  'keys:write',
  'users:read',
  'users:write',
  'tenants:read',
  'tenants:write',
  'webhooks:read',
  'webhooks:write',
  'alerts:read',
  'alerts:write',
  'usage:read',
  'audit:read',
  'identity:read',
] as const;
export const Permission = z.enum(PERMISSIONS);
export type Permission = z.infer<typeof Permission>;

/** Bundles of permissions; which is which is in the table of libs/access (role-permissions.ts). */
export const ROLES = ['viewer', 'developer', 'owner', 'operator', 'admin'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export const TenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,38}$/, 'must be lower-case letters, digits and hyphens, at most 39')
  .describe('Whom it belongs to');
