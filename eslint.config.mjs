import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { depConstraints } from './dependency-rules.mjs';

// The rule about who may import whom reads Nx's graph of the projects, and lets everything pass where there is none.
process.env.NX_DAEMON ??= 'false';
await createProjectGraphAsync();

const OVERRIDE = 'read configuration in *.env.ts (loadEnv) and inject it';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.nx/**',
      '.btcforecast/**',
      'reports/**',
      'libs/api-client/src/generated/**',
    ],
  },
  ...tseslint.configs.recommended,
  prettier,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx, 'import-x': importX },
    settings: {
      'import-x/resolver': {
        typescript: {
          project: 'tsconfig.base.json',
          conditionNames: ['btcforecast-source', 'import', 'default'],
        },
      },
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          banTransitiveDependencies: false,
          allow: [],
          // The command line loads libraries late so that it answers --help at once; other commands need them anyway.
          checkDynamicDependenciesExceptions: ['@btcforecast/*'],
          depConstraints,
          // The specs of these libraries use the test databases, which are made with these libraries.
          ignoredCircularDependencies: [
            ['@btcforecast/testing', '@btcforecast/database'],
            ['@btcforecast/testing', '@btcforecast/contracts'],
          ],
        },
      ],
      'import-x/no-default-export': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: OVERRIDE }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 6],
    },
  },
  {
    files: ['apps/gateway/src/**/*.ts'],
    ignores: ['apps/gateway/src/http/peers.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@btcforecast/platform',
              importNames: ['RpcClient'],
              message: 'ask other services through Peers, which knows how long the request has',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.env.ts', '**/instrumentation.ts', 'libs/testing/**', '**/*.spec.ts', 'e2e/**', 'bench/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'e2e/**/*.ts', 'bench/**/*.ts', 'monitoring/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name=/^(it|test|describe)$/][property.name='only']",
          message: 'a focused test hides all others',
        },
        {
          selector: "CatchClause CallExpression[callee.name='expect']",
          message: 'passes when nothing is thrown: use await expect(call).rejects',
        },
      ],
    },
  },
);
