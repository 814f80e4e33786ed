/** Runs the sections that were asked for, one after the other, and prints one table. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { step } from '../scripts/progress.mjs';
import { cleanUp, cleanUpOnSignals } from './support/clean-up.mjs';
import { describeMachine, othersBusy } from './support/machine.mjs';
import { misses, SECTIONS, table, writeDocs } from './support/report.mjs';

const USAGE = `npm run bench -- [section …] [options]
  sections        ${SECTIONS.join(', ')}; default: all
  --quick         shorter runs: to see that everything runs, not to compare
  --soak MINUTES  length of the replay whose memory is measured, default 2
  --quiet SECONDS wait so long at most before each section until nobody else uses the processors, default 0
  --out FILE      the figures as JSON
  --write-docs    the figures into docs/benchmarks.md and bench/results.json; sections that did not run keep theirs
  --check         exit code 1 if a bar is missed`;

cleanUpOnSignals();
process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  const options = readOptions(args);
  if (options === undefined) return 2;
  const context = { quick: options.values.quick, soakMinutes: Number(options.values.soak) };
  const result = {
    at: new Date().toISOString(),
    quick: context.quick,
    machine: describeMachine(),
    others: {},
    rows: [],
  };
  let failed = false;
  for (const name of SECTIONS.filter((each) => options.sections.includes(each))) {
    result.others[name] = Math.round((await othersBusy(Number(options.values.quiet))) * 100) / 100;
    const rows = await runSection(name, context);
    failed ||= rows === undefined;
    result.rows.push(...(rows ?? [{ section: name, what: name, value: null, note: 'failed to run' }]));
  }
  process.stdout.write(`${table(result)}\n`);
  if (options.values.out) writeFileSync(options.values.out, `${JSON.stringify(result, null, 2)}\n`);
  if (options.values['write-docs']) await writeDocs(result);
  return failed || (options.values.check && misses(result.rows).length > 0) ? 1 : 0;
}

async function runSection(name, context) {
  const done = step(name);
  try {
    const { run } = await import(`./sections/${name}.mjs`);
    const rows = await run(context);
    done(true);
    return rows.map((row) => ({ section: name, ...row }));
  } catch (error) {
    done(false);
    process.stderr.write(`${error.stack}\n`);
    return undefined;
  } finally {
    await cleanUp();
  }
}

function readOptions(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        soak: { type: 'string', default: '2' },
        quiet: { type: 'string', default: '0' },
        out: { type: 'string' },
        'write-docs': { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const unknown = positionals.filter((name) => !SECTIONS.includes(name));
    if (unknown.length > 0) throw new Error(`there is no section ${unknown.join(', ')}`);
    if (!(Number(values.soak) > 0)) throw new Error('--soak wants a number of minutes, e.g. --soak 60');
    if (!(Number(values.quiet) >= 0)) throw new Error('--quiet wants a number of seconds, e.g. --quiet 60');
    if (values.help) throw new Error('measures the numbers to hold');
    return { values, sections: positionals.length > 0 ? positionals : SECTIONS };
  } catch (error) {
    process.stderr.write(`bench: ${error.message}\n${USAGE}\n`);
    return undefined;
  }
}
