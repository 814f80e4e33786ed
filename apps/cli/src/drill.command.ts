import type { Command } from 'commander';
import { positiveIntegerValue } from './option-values.js';

/** `btcf drill …`: breaks real servers on this machine and says how they recover. */
export function registerDrillCommand(program: Command): void {
  const drill = program.command('drill').description('break servers on purpose and see whether they recover');
  drill
    .command('list')
    .description('all drills, and how long recovery may take')
    .action(async () => {
      const { listDrills } = await import('./drill/run-drills.js');
      listDrills();
    });
  drill
    .command('run')
    .description('run a drill on servers of its own, started for it on this machine')
    .argument('<name>', 'a drill of the list, or all')
    .option('--runs <n>', 'how often; the median is printed, too', positiveIntegerValue)
    .option('--plan', 'only say what would be done')
    .action(async (name: string, options) => {
      const { runDrills } = await import('./drill/run-drills.js');
      await runDrills(name, options);
    });
  drill
    .command('all')
    .description('the same as run all')
    .option('--runs <n>', 'how often; the medians are printed, too', positiveIntegerValue)
    .option('--plan', 'only say what would be done')
    .action(async (options) => {
      const { runDrills } = await import('./drill/run-drills.js');
      await runDrills('all', options);
    });
}
