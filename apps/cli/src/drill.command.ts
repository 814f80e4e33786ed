import type { Command } from 'commander';
import { delaysValue, positiveIntegerValue } from './option-values.js';

/** `btcf drill …`: breaks real servers on this machine and says how they recover. */
export function registerDrillCommand(program: Command): void {
  const withOptions = (command: Command): Command =>
    command
      .option('--runs <n>', 'how often; the medians are printed, too', positiveIntegerValue)
      .option('--plan', 'only say what would be done')
      .option('--small', 'on three regions: one gateway, prediction and worker in each')
      .option(
        '--delays <ms,…>',
        'on three regions: between them, one way, in milliseconds (40,75,110)',
        delaysValue,
      )
      .option('--logs <folder>', 'on three regions: copy the logs of all services there in the end');
  const drill = program.command('drill').description('break servers on purpose and see whether they recover');
  drill
    .command('list')
    .description('all drills, and how long recovery may take')
    .action(async () => {
      const { listDrills } = await import('./drill/run-drills.js');
      listDrills();
    });
  withOptions(
    drill
      .command('run')
      .description('run a drill on servers of its own, started for it on this machine')
      .argument('<names...>', 'drills of the list, or all'),
  ).action(async (names: string[], options) => {
    const { runDrills } = await import('./drill/run-drills.js');
    await runDrills(names, options);
  });
  withOptions(drill.command('all').description('the same as run all')).action(async (options) => {
    const { runDrills } = await import('./drill/run-drills.js');
    await runDrills(['all'], options);
  });
}
