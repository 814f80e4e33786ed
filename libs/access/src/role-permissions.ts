import { type Permission, PERMISSIONS, type Role } from '@btcforecast/contracts';

const viewer: readonly Permission[] = [
  'market:read',
  'forecasts:read',
  'streams:read',
  'models:read',
  'backtests:read',
  'usage:read',
  'identity:read',
];
const developer: readonly Permission[] = [
  ...viewer,
  'inference:run',
  'backtests:write',
  'webhooks:read',
  'webhooks:write',
  'alerts:read',
  'alerts:write',
];
const owner: readonly Permission[] = [
  ...developer,
  'keys:read',
  'keys:write',
  'users:read',
  'users:write',
  'audit:read',
];
const operator: readonly Permission[] = [
  ...developer,
  'models:write',
  'models:promote',
  'models:load',
  'audit:read',
];

/**
 * The one table of who may do what. Whatever belongs to a tenant (keys, users, webhooks, alerts, usage, backtests,
 * audit) is seen by that tenant alone, whatever the role; `admin` alone acts for other tenants, by naming them.
 */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  /** Reads forecasts and what they rest on. */
  viewer,
  /** Builds on the API: inference, backtests, webhooks, alerts. */
  developer,
  /** Runs a tenant: its keys and its people. */
  owner,
  /** Runs the models of this installation. */
  operator,
  admin: PERMISSIONS,
};
