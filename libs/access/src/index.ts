export { ensureBootstrapKey, type BootstrapKeyOptions } from './ensure-bootstrap-key.js';
export { createKeyText, parseKeyText, type NewKeyText, type PresentedKey } from './key-text.js';
export { assertWithinLimits, isLimited, isWithinLimits, type Limited, type Named } from './limits.js';
export { KeyRepository, type KeyRecord } from './key.repository.js';
export {
  KeyAdministration,
  type KeyAddress,
  type KeyAdministrationDependencies,
} from './key-administration.service.js';
export { KeyService, type Caller, type KeyServiceDependencies } from './key.service.js';
export { actorName, permissionsOf, type Principal } from './principal.js';
export {
  SessionAdministration,
  type OpenedSession,
  type SessionAdministrationDependencies,
  type Visitor,
} from './sessions/session-administration.service.js';
export { SessionRepository, type SessionRecord } from './sessions/session.repository.js';
export {
  SessionService,
  type SessionServiceDependencies,
  type SessionTimes,
} from './sessions/session.service.js';
export { isCsrfToken } from './sessions/session-text.js';
export { PASSWORD_COST, PasswordHasher, type ScryptCost } from './users/password-hasher.js';
export {
  UserAdministration,
  type NewUser,
  type UserAddress,
  type UserAdministrationDependencies,
} from './users/user-administration.service.js';
export { CredentialsRefusedError, type RefusalReason } from './credentials-refused.error.js';
export { CredentialThrottle, type CredentialThrottleDependencies } from './throttle/credential-throttle.js';
export { TenantRepository } from './tenants/tenant.repository.js';
export { TenantService, type TenantServiceDependencies } from './tenants/tenant.service.js';
export { policyText } from './quotas/policy-text.js';
export { QuotaService, type QuotaServiceDependencies } from './quotas/quota.service.js';
export { burstPhase, dayOf, dayText } from './quotas/quota-windows.js';
export type { LimitState, QuotaRefusal, QuotaState } from './quotas/tenant-quota.js';
export { dailyUnitsOf, TierTableText } from './quotas/tier-table.js';
export { type TierLimits, type TierTable } from './quotas/tiers.js';
export type { UsageMeter } from './quotas/usage-meter.js';
export { type RouteUsage, UsageRepository } from './quotas/usage.repository.js';
export { ROLE_PERMISSIONS } from './role-permissions.js';
export { AuditedAction, AuditLog, type AuditLogDependencies } from './audit/audit-log.js';
export type { AuditActor, AuditEnd, AuditFacts, AuditNotes } from './audit/audit-facts.js';
export { AuditQueries } from './audit/audit-queries.js';
export { AuditRepository } from './audit/audit.repository.js';
export {
  IdempotencyKeys,
  notReplayable,
  type Admission,
  type HeldKey,
} from './idempotency/idempotency-keys.js';
export {
  IdempotencyRepository,
  type KeyScope,
  type StoredReply,
} from './idempotency/idempotency.repository.js';
export { ModelMoveAudit } from './audit/model-move-audit.js';
export { AccessTokens, type AccessTokensDependencies } from './oauth/access-tokens.js';
export { ASSERTION_ALGORITHMS, ClientAssertions } from './oauth/client-assertion.js';
export { ClientAuthentication, type ClientCredentials } from './oauth/client-authentication.js';
export {
  OAuthClientAdministration,
  type OAuthClientAddress,
} from './oauth/oauth-client-administration.service.js';
export { OAuthClientRepository } from './oauth/oauth-client.repository.js';
export { OAuthClients } from './oauth/oauth-clients.js';
export { OAuthError, type OAuthErrorCode } from './oauth/oauth.error.js';
export { ServerKeyRepository, type KeyPurpose } from './oauth/server-key.repository.js';
export { ServerKeys } from './oauth/server-keys.js';
export { TokenService, type GrantedToken } from './oauth/token.service.js';
export { RequestSigningKeyRepository } from './signatures/request-signing-key.repository.js';
export {
  asRefusal,
  MAX_AGE_SECONDS,
  requiredComponents,
  RequestVerifier,
} from './signatures/request-verifier.js';
export { SigningKeyAdministration } from './signatures/signing-key-administration.service.js';
