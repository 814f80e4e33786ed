/** npm run api:generate: writes the API document. Needs a build. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { describeApi } = await import(join(root, 'apps/gateway/dist/docs/describe-api.js'));

mkdirSync(join(root, 'openapi'), { recursive: true });
const file = join(root, 'openapi', 'gateway.json');
writeFileSync(file, `${JSON.stringify(await describeApi(), null, 2)}\n`);
process.stdout.write('wrote openapi/gateway.json\n');
process.exit(0);
