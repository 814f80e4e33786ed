/**
 * `npm test`: build, format, lint, types, then every test of every project.
 * `npm test -- <pattern>` builds and runs only the test files whose path matches.
 * Every step runs even if an earlier one failed; reports/tests.json and the last line sum it up.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root, toolEnv } from './ensure-installed.mjs';
import { duration } from './progress.mjs';
import { summarise } from './test-report.mjs';

const STEP_LIMIT_MS = 12 * 60_000;
const reports = join(root, 'reports');
const patterns = process.argv.slice(2);
const failedSteps = [];
const results = [];

await ensureInstalled();
mkdirSync(reports, { recursive: true });
runStep('build', 'nx', ['run-many', '-t', 'build', '--output-style=static']);
if (patterns.length === 0) {
  runStep('format', 'prettier', ['--check', '.']);
  runStep('lint', 'eslint', ['.']);
  runStep('types of the tests', 'tsc', ['-p', 'tsconfig.spec.json', '--noEmit']);
}
runTests('unit and integration tests', ['unit', 'integration'], ['--maxWorkers=100%']);
// They start whole systems and kill parts of them: two at once leave each a processor on the smallest machine.
runTests('end-to-end tests', ['e2e'], ['--maxWorkers=2']);
finish();

function runStep(name, command, args, env = {}) {
  process.stdout.write(`\n▸ ${name}\n`);
  const start = performance.now();
  const { status, error } = spawnSync(join(root, 'node_modules', '.bin', command), args, {
    cwd: root,
    env: toolEnv(env),
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: STEP_LIMIT_MS,
  });
  const ok = status === 0;
  process.stdout.write(
    `${ok ? '✓' : '✗'} ${name} (${duration(start)})${error ? `: ${error.message}` : ''}\n`,
  );
  if (!ok) failedSteps.push(name);
  return ok;
}

function runTests(name, projects, extra = []) {
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
  const nodeOptions = '--experimental-vm-modules --disable-warning=ExperimentalWarning';
  const ok = runStep(name, 'jest', [...args, '--', ...patterns], { NODE_OPTIONS: nodeOptions });
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
