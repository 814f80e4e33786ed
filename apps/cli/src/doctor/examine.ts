import { join, resolve } from 'node:path';
import { loadCliEnv } from '../cli.env.js';
import { findRunningSystem } from '../running-system.js';
import { type Check, type Finding, runChecks } from './check.js';
import { dataFolderChecks } from './data-folder.checks.js';
import { installationChecks } from './installation.checks.js';
import { nativeChecks } from './native.checks.js';
import { systemChecks } from './system.checks.js';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const MARKS = { ok: '✓', wrong: '✗', skipped: '–' } as const;

export interface ExamineOptions {
  /** One JSON array of findings. */
  readonly json?: boolean;
}

/** `btcf doctor`. Sets exit code 1 when something is wrong. */
export async function examine({ json = false }: ExamineOptions): Promise<void> {
  const findings: Finding[] = [];
  for await (const finding of runChecks(allChecks())) {
    findings.push(finding);
    if (!json) process.stdout.write(lineOf(finding));
  }
  const wrongs = findings.filter(({ state }) => state === 'wrong').length;
  if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else
    process.stdout.write(
      wrongs === 0 ? '\nnothing is wrong\n' : `\n${wrongs} of ${findings.length} are wrong\n`,
    );
  if (wrongs > 0) process.exitCode = 1;
}

function allChecks(): Check[] {
  const dataDir = resolve(loadCliEnv().BTCF_DATA_DIR);
  return [
    ...installationChecks(ROOT),
    ...nativeChecks(ROOT),
    ...dataFolderChecks(dataDir),
    ...systemChecks(findRunningSystem(), dataDir),
  ];
}

/** One line, and a second one that says what to do. */
export function lineOf(finding: Finding): string {
  const head = `${MARKS[finding.state]} ${finding.check.padEnd(12)} ${finding.text}\n`;
  return finding.state === 'wrong' ? `${head}${' '.repeat(15)}→ ${finding.todo}\n` : head;
}
