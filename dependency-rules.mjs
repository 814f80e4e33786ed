/**
 * Who may import whom: one line per row of the table in CONTRIBUTING.md (a test compares the two).
 * Every project carries one `type:` and one `scope:` tag in its package.json.
 */
const type = (name, targets, banned = []) => ({
  sourceTag: `type:${name}`,
  onlyDependOnLibsWithTags: targets.map((target) => `type:${target}`),
  bannedExternalImports: banned,
});
const scope = (name, targets) => ({
  sourceTag: `scope:${name}`,
  onlyDependOnLibsWithTags: targets.map((target) => `scope:${target}`),
});

const FRAMEWORKS = ['@nestjs/*', 'typeorm', 'bullmq', 'ioredis', 'pg', 'onnxruntime-node'];

export const typeRules = {
  app: ['feature', 'reader', 'platform', 'client', 'contract', 'domain', 'testing'],
  feature: ['reader', 'platform', 'contract', 'domain', 'testing'],
  reader: ['platform', 'contract', 'domain', 'testing'],
  platform: ['platform', 'contract', 'domain', 'testing'],
  client: ['contract', 'domain'],
  contract: ['domain'],
  domain: ['domain', 'testing'],
  testing: ['platform', 'contract', 'domain'],
};

export const scopeRules = {
  shared: ['shared'],
  gateway: ['gateway', 'shared'],
  'market-data': ['market-data', 'shared'],
  prediction: ['prediction', 'shared'],
  supervisor: ['supervisor', 'shared'],
  worker: ['worker', 'prediction', 'market-data', 'shared'],
  cli: ['cli', 'prediction', 'market-data', 'shared'],
};

export const depConstraints = [
  ...Object.entries(typeRules).map(([name, targets]) =>
    type(name, targets, name === 'domain' ? FRAMEWORKS : []),
  ),
  ...Object.entries(scopeRules).map(([name, targets]) => scope(name, targets)),
];
