/** npm run docs:accuracy -- FILE: measures the tables of docs/accuracy.md anew. Needs a build and some minutes. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const root = join(import.meta.dirname, '..');
const target = join(root, 'docs', 'accuracy.md');
const [data] = process.argv.slice(2);
if (!data) {
  process.stderr.write(
    'name the file of hourly BTC-USD candles: npm run docs:accuracy -- btcusdt_1h.csv.gz\n',
  );
  process.exit(2);
}

const YEAR = ['--from', '2024-06-13T06:00:00Z', '--to', '2025-06-13T00:00:00Z', '--every', '6h'];
const MEASUREMENTS = {
  refitted: [...YEAR, '--model', 'champion', '--refit', 'monthly'],
  shipped: [...YEAR, '--model', 'all', '--refit', 'none'],
};

let text = readFileSync(target, 'utf8');
for (const [name, options] of Object.entries(MEASUREMENTS)) {
  const command = ['backtest', '--data', data, ...options, '--format', 'markdown'];
  const tables = execFileSync(process.execPath, [join(root, 'apps', 'cli', 'bin', 'btcf.mjs'), ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const shown = `npx btcf backtest --data ${basename(data)} ${options.join(' ')}`;
  const section = new RegExp(`(<!-- backtest:${name} -->\n)[^]*?(<!-- /backtest:${name} -->)`);
  if (!section.test(text))
    throw new Error(`docs/accuracy.md has no section between backtest:${name} markers`);
  text = text.replace(
    section,
    (_all, start, end) => `${start}\n\`\`\`sh\n${shown}\n\`\`\`\n\n${tables}\n${end}`,
  );
}
writeFileSync(target, await format(text, { ...(await resolveConfig(target)), filepath: target }));
