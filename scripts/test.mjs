/**
 * `npm test`: build, format, lint, types, then every test of every project.
 * `npm test -- <pattern>` builds and runs only the test files whose path matches.
 * Every step runs even if an earlier one failed; reports/tests.json and the last line sum it up.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureInstalled, root, toolEnv, tsc } from './ensure-installed.mjs';
import { duration } from './progress.mjs';
import { summarise } from './test-report.mjs';

const STEP_LIMIT_MS = 25 * 60_000;
const reports = join(root, 'reports');
const patterns = process.argv.slice(2);
const failedSteps = [];
const results = [];

await ensureInstalled();
mkdirSync(reports, { recursive: true });
// All projects in one process: Nx would start one for each, which takes four times as long.
await runStep('build', tsc, ['-b']);
if (patterns.length === 0) await runChecks();
// One more than there are processors: while a test waits for a server or a child process, another one computes.
await runTests(
  'unit and integration tests',
  ['unit', 'integration'],
  [`--maxWorkers=${availableParallelism() + 1}`],
);
// They start whole systems and kill parts of them: two at once leave each a processor on the smallest machine.
await runTests('end-to-end tests', ['e2e'], ['--maxWorkers=2']);
finish();

/** Each uses one processor only, so they go on at once; what they say comes when they have ended. */
async function runChecks() {
  await Promise.all([
    runStep('format', 'prettier', ['--check', '.'], { together: true }),
    runStep('lint', 'eslint', ['.'], { together: true }),
    runStep('types of the tests', tsc, ['-p', 'tsconfig.spec.json', '--noEmit'], { together: true }),
  ]);
}

async function runStep(name, command, args, { together = false } = {}) {
  const start = performance.now();
  if (!together) process.stdout.write(`\n▸ ${name}\n`);
  const child = spawn(resolve(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    env: toolEnv(),
    stdio: together ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    timeout: STEP_LIMIT_MS,
  });
  const said = [];
  if (together)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const [ok, why] = await new Promise((resolve) => {
    child.on('error', (error) => resolve([false, `: ${error.message}`]));
    child.on('close', (code, signal) => resolve([code === 0, signal ? `: ended by ${signal}` : '']));
  });
  if (together) process.stdout.write(`\n▸ ${name}\n${Buffer.concat(said)}`);
  process.stdout.write(`${ok ? '✓' : '✗'} ${name} (${duration(start)})${why}\n`);
  if (!ok) failedSteps.push(name);
  return ok;
}

async function runTests(name, projects, extra = []) {
  const file = join(reports, `jest-${projects[0]}.json`);
  rmSync(file, { force: true });
  const args = [
    '--selectProjects',
    ...projects,
    '--json',
    `--outputFile=${file}`,
    '--passWithNoTests',
    ...extra,
  ];
  const ok = await runStep(name, 'jest', [...args, '--', ...patterns]);
  const result = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  if (result) results.push(result);
  // What the file tells as failed tests is not counted a second time as a failed step.
  if (!ok && result && !result.success) failedSteps.pop();
}

function finish() {
  const report = summarise(results, failedSteps);
  writeFileSync(join(reports, 'tests.json'), `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write('\n');
  for (const { name, reason } of report.skipped) process.stdout.write(`skipped: ${name} (${reason})\n`);
  for (const name of failedSteps) process.stdout.write(`failed step: ${name}\n`);
  const { passed, failed, skipped } = report;
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}
