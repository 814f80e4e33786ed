/**
 * The part of libs/api-client that follows from openapi/gateway.json: the types of all requests and replies, and a
 * table of the operations. Part of npm run api:generate; a test compares what is committed with what this makes.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import prettier from 'prettier';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const HEADER = '// Made from openapi/gateway.json by npm run api:generate; change the API instead.\n';

/** What belongs into libs/api-client/src/generated, by file name. */
export async function generateClient(document) {
  const types = await typesOf(document);
  return {
    'types.ts': await formatted(HEADER + types.replace(/^\/\/.*\n/, '')),
    'operations.ts': await formatted(HEADER + operationsOf(document)),
  };
}

async function typesOf(document) {
  const folder = mkdtempSync(join(tmpdir(), 'btcf-client-'));
  try {
    await createClient({
      input: document,
      output: { path: folder, postProcess: [] },
      plugins: ['@hey-api/typescript'],
      logs: { level: 'silent' },
    });
    return readFileSync(join(folder, 'types.gen.ts'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function operationsOf(document) {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })),
  );
  const typeName = ({ operationId }) =>
    operationId
      .split(/[^A-Za-z0-9]+/)
      .map((part) => part[0].toUpperCase() + part.slice(1))
      .join('');
  const name = (operation) => typeName(operation)[0].toLowerCase() + typeName(operation).slice(1);
  const rows = operations.map((operation) => {
    const row = {
      method: operation.method.toUpperCase(),
      path: operation.path,
      body: Object.keys(operation.requestBody?.content ?? {})[0] ?? null,
      reply: replyTypeOf(operation),
      idempotent: operation['x-idempotent'] === true,
    };
    return `  ${name(operation)}: ${JSON.stringify(row)},`;
  });
  const entries = operations.map((operation) => {
    const type = typeName(operation);
    const summary = (operation.summary ?? '').replaceAll('*/', '* /');
    const answered = Object.keys(operation.responses).some((status) => /^2/.test(status));
    return `  /** ${summary} */\n  ${name(operation)}: { request: t.${type}Data; reply: ${answered ? `t.${type}Response` : 'void'} };`;
  });
  return [
    "import type * as t from './types.js';",
    '\n\n/** How each operation is asked for. */\nexport const OPERATIONS = {',
    ...rows,
    '} as const;',
    '\n\n/** What each operation takes and answers. */\nexport interface Operations {',
    ...entries,
    '}\n',
  ].join('\n');
}

/** The media type of the good answer; null when it has no body. */
function replyTypeOf({ responses }) {
  const [, good] = Object.entries(responses).find(([status]) => /^2/.test(status)) ?? [];
  return Object.keys(good?.content ?? {})[0] ?? null;
}

async function formatted(text) {
  const options = await prettier.resolveConfig(join(import.meta.dirname, 'x.ts'));
  return prettier.format(text, { ...options, parser: 'typescript' });
}
