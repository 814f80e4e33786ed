import type { Command } from 'commander';

/** `btcf track-record …`: what the operator does about the record. */
export function registerTrackRecordCommand(program: Command): void {
  program
    .command('track-record')
    .description('look after the track record')
    .command('rotate-key')
    .description('put a new signing key in force, signed by the present one, which signs nothing more')
    .option(
      '--key-file <file>',
      'the present key; default: TRACK_RECORD_KEY_FILE, or that of the data folder',
    )
    .action(async (options) => {
      const { rotateKey } = await import('./verify/rotate-key.js');
      await rotateKey(options);
    });
}
