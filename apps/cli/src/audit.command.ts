import type { Command } from 'commander';
import { auditHeadValue, urlValue } from './option-values.js';

/** `btcf audit …`: the log of who did what. */
export function registerAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('check the audit log')
    .command('verify')
    .description('check an export of the audit log entry by entry: nothing changed, left out or put in')
    .argument(
      '[file]',
      'an export of GET /v1/audit/export, plain or gzipped, checked offline; default: ask the system',
    )
    .option('--url <address>', 'the API to export from; default: the gateway of the system here', urlValue)
    .option('--key-file <file>', 'file that holds the key; default: the key of the operator')
    .option('--save <file>', 'keep what is exported, to be checked again later')
    .option(
      '--known-head <seq:hash>',
      'where an earlier export ended: the log must hold it still',
      auditHeadValue,
    )
    .option('--json', 'the findings as one JSON object')
    .action(async (file: string | undefined, options) => {
      const { runAuditVerify } = await import('./audit/run-audit-verify.js');
      await runAuditVerify({ ...options, file });
    });
}
