import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { generateClient } from './generate-client.mjs';

const root = join(import.meta.dirname, '..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

it('the client is the one that follows from the committed API document', async () => {
  const document = JSON.parse(read('openapi', 'gateway.json')) as object;
  for (const [name, text] of Object.entries(await generateClient(document))) {
    expect({ name, text: read('libs', 'api-client', 'src', 'generated', name) }).toEqual({ name, text });
  }
});
