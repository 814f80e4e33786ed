interface Rule {
  readonly path: RegExp;
  readonly capabilities: readonly string[];
}

const CAPABILITIES: Readonly<Record<string, readonly string[]>> = {
  GET: ['read'],
  LIST: ['list'],
  POST: ['update', 'create'],
  PUT: ['update', 'create'],
  DELETE: ['delete'],
};

/** What every token may do; of Vault's own policy `default`. */
const DEFAULT = `
  path "auth/token/lookup-self" { capabilities = ["read"] }
  path "auth/token/renew-self" { capabilities = ["update"] }
  path "auth/token/revoke-self" { capabilities = ["update"] }
  path "sys/leases/renew" { capabilities = ["update"] }
  path "sys/wrapping/unwrap" { capabilities = ["update"] }`;

/** Policies in the HCL that Vault takes, as far as paths with capabilities go: `*` at the end, `+` for one part. */
export class VaultPolicies {
  readonly #rules = new Map<string, readonly Rule[]>([['default', rulesOf(DEFAULT)]]);

  write(name: string, text: string): void {
    this.#rules.set(name, rulesOf(text));
  }

  get names(): string[] {
    return [...this.#rules.keys()];
  }

  allows(policies: readonly string[], method: string, path: string): boolean {
    if (policies.includes('root')) return true;
    const wanted = CAPABILITIES[method] ?? [];
    return policies
      .flatMap((name) => this.#rules.get(name) ?? [])
      .some((rule) => rule.path.test(path) && rule.capabilities.some((each) => wanted.includes(each)));
  }
}

function rulesOf(text: string): Rule[] {
  const plain = text.replace(/^\s*#.*$/gm, '');
  const rules = [...plain.matchAll(/path\s+"([^"]+)"\s*\{\s*capabilities\s*=\s*\[([^\]]*)\]\s*\}/g)];
  if (rules.length !== [...plain.matchAll(/\bpath\b/g)].length)
    throw new Error('a rule of this policy cannot be read');
  return rules.map(([, path = '', capabilities = '']) => ({
    path: new RegExp(
      `^${path
        .replace(/[.^${}()|[\]\\]/g, '\\$&')
        .replace(/\*$/, '.*')
        .replaceAll('+', '[^/]+')}$`,
    ),
    capabilities: [...capabilities.matchAll(/"(\w+)"/g)].map(([, name = '']) => name),
  }));
}
