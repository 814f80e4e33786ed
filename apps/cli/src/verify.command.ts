import type { Command } from 'commander';
import { forecastIdValue, urlValue } from './option-values.js';

/** `btcf verify`: checks a track record; a downloaded one needs no system and no network. */
export function registerVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('check a track record entry by entry and compute its scores anew')
    .argument(
      '[file]',
      'pages of GET /v1/track-record, one JSON object a line, plain or gzipped; default: ask the system',
    )
    .option('--url <address>', 'the API to download from; default: the gateway of the system here', urlValue)
    .option('--key-file <file>', 'file that holds the key; default: the key of the operator')
    .option('--known-roots <file>', 'roots saved earlier, which must all be in the record still')
    .option('--save-roots <file>', 'write the roots of the record, once it has been found sound')
    .option('--save <file>', 'keep what is downloaded, to be checked again later')
    .option('--forecast <id>', 'check the proof of one forecast instead of the whole record', forecastIdValue)
    .option('--json', 'the findings as one JSON object')
    .action(async (file: string | undefined, options) => {
      const { runVerify } = await import('./verify/run-verify.js');
      await runVerify({ ...options, file });
    });
}
