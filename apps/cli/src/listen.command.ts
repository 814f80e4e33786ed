import { STREAM_TYPES } from '@btcforecast/contracts';
import type { Command } from 'commander';
import { asking } from './gateway/target-options.js';
import { cursorValue, listValue } from './option-values.js';

/** `btcf listen`: what happens, as it happens. Its code is loaded when it runs. */
export function registerListenCommand(program: Command): void {
  asking(program.command('listen'), { json: false })
    .description('print prices, forecasts, outcomes and gaps as they happen, a line each, until Ctrl-C')
    .option('--type <list>', `of ${STREAM_TYPES.join(', ')}; default: all`, listValue)
    .option('--instrument <list>', 'instruments; default: all that the key may see', listValue)
    .option('--horizon <list>', 'horizons of forecasts and outcomes; default: all', listValue)
    .option('--interval <list>', 'intervals of prices and gaps; default: all', listValue)
    .option('--since <cursor>', 'first what followed this event, e.g. 1207-5f0c9a1e', cursorValue)
    .option('--json', 'each event as the API sends it, one JSON object to a line')
    .action(async (options) => (await import('./listen/run-listen.js')).listen(options));
}
