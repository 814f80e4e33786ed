/** npm run api:generate: writes the documents of the API and what of the client follows from it. Needs a build. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateClient } from './generate-client.mjs';

const root = join(import.meta.dirname, '..');
const { describeApi } = await import(join(root, 'apps/gateway/dist/docs/describe-api.js'));

mkdirSync(join(root, 'openapi'), { recursive: true });
const file = join(root, 'openapi', 'gateway.json');
const document = JSON.parse(JSON.stringify(await describeApi()));
writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
const { createAsyncApiDocument } = await import(join(root, 'apps/gateway/dist/docs/asyncapi-document.js'));
const streams = join(root, 'openapi', 'asyncapi.json');
writeFileSync(streams, `${JSON.stringify(createAsyncApiDocument(), null, 2)}\n`);
const generated = join(root, 'libs', 'api-client', 'src', 'generated');
for (const [name, text] of Object.entries(await generateClient(document))) {
  writeFileSync(join(generated, name), text);
}
process.stdout.write('wrote openapi/gateway.json, openapi/asyncapi.json and libs/api-client/src/generated\n');
process.exit(0);
