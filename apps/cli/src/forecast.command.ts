import { DEFAULT_INSTRUMENT, HORIZONS, LatestForecastQuery, type Horizon } from '@btcforecast/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { instrumentValue, urlValue } from './option-values.js';

/** `btcf forecast`: asks the running system for its newest forecasts. */
export function registerForecastCommand(program: Command): void {
  program
    .command('forecast')
    .description('show the newest forecasts of the running system')
    .option('--instrument <id>', 'what to forecast', instrumentValue, DEFAULT_INSTRUMENT)
    .option('--horizon <list>', 'how far ahead, separated by commas', horizonsValue, [...HORIZONS])
    .option('--url <address>', 'the API to ask; default: the gateway of the system on this machine', urlValue)
    .option('--key-file <file>', 'file that holds the key; default: the key of the operator')
    .option('--json', 'the reply of the API as it is')
    .action(async (options) => {
      const { showForecast } = await import('./forecast/show-forecast.js');
      await showForecast(options);
    });
}

function horizonsValue(text: string): Horizon[] {
  const parsed = LatestForecastQuery.safeParse({ horizon: text });
  if (parsed.success) return parsed.data.horizon;
  throw new InvalidArgumentError(`It must be one or several of ${HORIZONS.join(', ')}, each once.`);
}
