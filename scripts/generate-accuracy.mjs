/**
 * npm run docs:accuracy -- FILE [refitted] [shipped] [years]: measures the tables of docs/accuracy.md anew, all or those
 * that are named. Needs a build and some minutes.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const root = join(import.meta.dirname, '..');
const target = join(root, 'docs', 'accuracy.md');
const [data, ...named] = process.argv.slice(2);
if (!data) {
  process.stderr.write(
    'name the file of hourly BTC-USD candles: npm run docs:accuracy -- btcusdt_1h.csv.gz\n',
  );
  process.exit(2);
}

const CHAMPION = ['--model', 'champion', '--refit', 'monthly'];
const EARLIER_YEARS = [2020, 2021, 2022, 2023];
const SECTIONS = {
  refitted: () => measured([...yearFrom(2024), ...CHAMPION]),
  shipped: () => measured([...yearFrom(2024), '--model', 'all', '--refit', 'none']),
  years: earlierYears,
};

const sections = named.length > 0 ? named : Object.keys(SECTIONS);
for (const name of sections) {
  if (!Object.hasOwn(SECTIONS, name)) throw new Error(`there is no section ${name}`);
  const content = SECTIONS[name]();
  const section = new RegExp(`(<!-- backtest:${name} -->\n)[^]*?(<!-- /backtest:${name} -->)`);
  const text = readFileSync(target, 'utf8');
  if (!section.test(text))
    throw new Error(`docs/accuracy.md has no section between backtest:${name} markers`);
  const written = text.replace(section, (_all, start, end) => `${start}\n${content}\n${end}`);
  writeFileSync(target, await format(written, { ...(await resolveConfig(target)), filepath: target }));
}

/** The year from the 13th of June on. */
function yearFrom(year) {
  return ['--from', `${year}-06-13T06:00:00Z`, '--to', `${year + 1}-06-13T00:00:00Z`, '--every', '6h'];
}

/** A backtest as a reader would run it, and what it prints. */
function measured(options) {
  return `${shown(options)}\n\n${backtest(options, 'markdown')}`;
}

/** One row for each earlier year and horizon. */
function earlierYears() {
  const rows = EARLIER_YEARS.flatMap((year) => {
    const { scores } = JSON.parse(backtest([...yearFrom(year), ...CHAMPION], 'json')).models[0];
    return scores.map(({ horizonHours, pinball, coverage, differences }) => {
      const best = differences.reduce((a, b) => (b.pinball < a.pinball ? b : a));
      const gain = ((100 * (pinball - best.pinball)) / best.pinball).toFixed(1).replace('-', '−');
      const covered = coverage.map(
        ({ mean, standardError }) => `${percent(mean)} ± ${percent(standardError)}`,
      );
      const cells = [
        pinball.toFixed(3),
        `${best.pinball.toFixed(3)} (${best.baseline})`,
        `${gain} %`,
        ...covered,
      ];
      return `| ${year} | ${horizonHours} h | ${cells.join(' | ')} |`;
    });
  });
  return [
    shown([...yearFrom(EARLIER_YEARS[0]), ...CHAMPION]),
    '',
    '| year from 13 June | horizon | pinball | best of the three baselines | against it | 50 % | 80 % | 90 % |',
    '| --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
    '',
  ].join('\n');
}

function percent(share) {
  return (100 * share).toFixed(1);
}

function shown(options) {
  return `\`\`\`sh\nnpx btcf backtest --data ${basename(data)} ${options.join(' ')}\n\`\`\``;
}

function backtest(options, form) {
  const command = ['backtest', '--data', data, ...options, '--format', form];
  return execFileSync(process.execPath, [join(root, 'apps', 'cli', 'bin', 'btcf.mjs'), ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
