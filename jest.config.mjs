/** Three kinds of tests, told apart by their suffix; see CONTRIBUTING.md. */
const common = {
  extensionsToTreatAsEsm: ['.ts'],
  runtime: '<rootDir>/libs/testing/jest/native-runtime.mjs',
  testEnvironment: '<rootDir>/libs/testing/jest/native-environment.mjs',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2024',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/.btcforecast', '/dist/'],
  watchPathIgnorePatterns: ['/dist/', '/.nx/'],
};

const kind = (displayName, testMatch, extra = {}) => ({
  ...common,
  displayName,
  rootDir: import.meta.dirname,
  testMatch: testMatch.map((pattern) => `<rootDir>/${pattern}`),
  ...extra,
});

/** Runs once for all projects that name it. */
const servers = {
  globalSetup: '<rootDir>/libs/testing/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/jest/global-teardown.mjs',
};

export default {
  projects: [
    kind('unit', [
      '{libs,apps}/*/src/**/!(*.int).spec.ts',
      'scripts/**/*.spec.ts',
      'bench/**/*.spec.ts',
      'monitoring/**/!(*.int).spec.ts',
    ]),
    kind('integration', ['{libs,apps}/*/src/**/*.int.spec.ts', 'monitoring/**/*.int.spec.ts'], servers),
    kind('e2e', ['e2e/**/*.e2e.spec.ts'], servers),
  ],
  testSequencer: '<rootDir>/libs/testing/jest/longest-first.mjs',
  testTimeout: 60_000,
};
