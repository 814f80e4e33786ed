import { open } from 'node:fs/promises';
import { type AuditSummary, AuditVerifier, type KnownHead } from '@btcforecast/access/audit-verifier';
import { AuditExportEnd, AuditExportEntry } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { BrokenRecordError } from '@btcforecast/track-record';
import { fileLines } from '../file-lines.js';
import { askGatewayForLines, gatewayTarget, type TargetOptions } from '../gateway/ask-gateway.js';

export interface AuditVerifyOptions extends TargetOptions {
  readonly file?: string | undefined;
  readonly save?: string;
  readonly knownHead?: KnownHead;
  readonly json?: boolean;
}

const PATH = '/v1/audit/export';

/** `btcf audit verify` @throws AppError caller audit.broken that names the first entry that does not fit */
export async function runAuditVerify(options: AuditVerifyOptions): Promise<void> {
  const { file, save, url, knownHead = null, json } = options;
  if (file !== undefined && (url !== undefined || save !== undefined)) {
    throw new AppError('caller', 'config.invalid', 'give a file to check or --url and --save, not both');
  }
  try {
    const summary = await verifyAudit(options, knownHead);
    process.stdout.write(json ? `${JSON.stringify(summary)}\n` : summaryText(summary, knownHead));
  } catch (error) {
    if (!(error instanceof BrokenRecordError)) throw error;
    const message = `the audit log is broken: ${error.message}`;
    throw new AppError('caller', 'audit.broken', message, {}, { cause: error });
  }
}

async function verifyAudit(
  { file, save, ...target }: AuditVerifyOptions,
  known: KnownHead | null,
): Promise<AuditSummary> {
  const lines = file === undefined ? askGatewayForLines(gatewayTarget(target), PATH) : fileLines(file);
  const copy = save === undefined ? null : await open(save, 'w');
  try {
    return await verifyLines(lines, known, file ?? 'the export', (line) => copy?.write(`${line}\n`));
  } finally {
    await copy?.close();
  }
}

async function verifyLines(
  lines: AsyncIterable<string>,
  known: KnownHead | null,
  name: string,
  onLine: (line: string) => Promise<unknown> | undefined,
): Promise<AuditSummary> {
  let verifier: AuditVerifier | undefined;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const value = parsed(line, name, number);
    // An export may begin later; what came before it is then not checked, and the findings say so.
    verifier ??= new AuditVerifier('end' in value ? value.seq : value.seq - 1, known);
    if ('end' in value) verifier.addEnd(value);
    else verifier.addEntry(value);
    await onLine(line);
  }
  return (verifier ?? new AuditVerifier(0, known)).summary();
}

function parsed(line: string, name: string, number: number): AuditExportEntry | AuditExportEnd {
  const value = jsonOf(line);
  const { data } = AuditExportEnd.or(AuditExportEntry).safeParse(value);
  if (data) return data;
  const message = `${name}, line ${number}: it is no line of an export of the audit log`;
  throw new AppError('caller', 'import.bad_line', message, { line: number });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function summaryText(
  { first, last, own, others, head, outcomes }: AuditSummary,
  known: KnownHead | null,
): string {
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const lines = [
    own + others === 0
      ? `there are no entries after ${last}`
      : `entries ${first} to ${last}: ${own} own, ${others} of others as links`,
    'numbers, links, digests and hashes hold',
    ...(counts.length > 0 ? [`of the own ones: ${counts.join(', ')}`] : []),
    ...(first > 1 ? [`entries 1 to ${first - 1} are not in this export and were not checked`] : []),
    known
      ? `entry ${known.seq}, exported earlier, is unchanged, and so is all before it`
      : `compare next time with --known-head ${last}:${head}`,
  ];
  return `${lines.join('\n')}\n`;
}
