/** What a key may do. `admin` includes everything else. */
export const SCOPES = ['read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whoever showed a valid key. */
export interface Principal {
  readonly keyId: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.scopes.includes(scope) || principal.scopes.includes('admin');
}
