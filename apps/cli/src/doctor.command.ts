import type { Command } from 'commander';

/** `btcf doctor`: says what is wrong, and what to do about it; works when nothing runs, too. */
export function registerDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check the installation and the running system')
    .option('--json', 'the findings as one JSON array')
    .action(async (options) => {
      const { examine } = await import('./doctor/examine.js');
      await examine(options);
    });
}
