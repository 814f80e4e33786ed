import { ForecastsReply, LatestForecastReply, type Horizon } from '@btcforecast/contracts';
import { askGateway, gatewayTarget, type TargetOptions } from '../gateway/ask-gateway.js';
import { forecastText } from './forecast-text.js';

export interface ForecastOptions extends TargetOptions {
  readonly instrument: string;
  readonly horizon: readonly Horizon[];
  /** The reply of the API as it is. */
  readonly json?: boolean;
}

/** `btcf forecast`: the newest forecasts of the running system. */
export async function showForecast(options: ForecastOptions): Promise<void> {
  const query = new URLSearchParams({ horizon: options.horizon.join() });
  const path = `/v1/forecasts/${encodeURIComponent(options.instrument)}?${query}`;
  const schema = options.horizon.length === 1 ? LatestForecastReply : ForecastsReply;
  const reply = await askGateway(gatewayTarget(options), path, schema);
  if (options.json) process.stdout.write(`${JSON.stringify(reply, null, 2)}\n`);
  else process.stdout.write(forecastText('data' in reply ? reply.data : [reply]));
}
