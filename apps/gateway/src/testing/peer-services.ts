import { Controller, Inject, Module } from '@nestjs/common';
import {
  type CandlesReply,
  type ForecastHistoryReply,
  type Horizon,
  type InstrumentsReply,
  type LatestForecastReply,
  marketDataRpc,
  type PerformanceReply,
  predictionRpc,
  type ScoredForecastReply,
} from '@btcforecast/contracts';
import { AppError, EventBus, Rpc, type RpcCall } from '@btcforecast/platform';
import type { z } from 'zod';
import { OPERATION_EXAMPLES } from '../docs/examples.js';
import { PeerInference } from './peer-inference.js';
import { PeerLifecycle } from './peer-lifecycle.js';
import { PeerState } from './peer-state.js';

type Body<M extends { request: z.ZodType }> = z.output<M['request']>;

const HOUR_MS = 3_600_000;

export const CHALLENGER = { name: 'har-live', version: 3 };

const STANDING: LatestForecastReply['standing'] = {
  grade: 'cold_start',
  reason: '12 outcomes; 100 are needed',
  asOf: '2025-01-01T00:00:01.000Z',
  coverage: { n: 12, '50': 0.5, '80': 0.75, '90': 1 },
  skill: { n: 12, baseline: 'garch_t', difference: 0.1, low: null, high: null },
};

@Controller()
class PeerPrediction {
  constructor(@Inject(PeerState) private readonly state: PeerState) {}

  @Rpc(predictionRpc.latestForecasts)
  async latest(
    body: Body<typeof predictionRpc.latestForecasts>,
  ): Promise<z.input<typeof predictionRpc.latestForecasts.reply>> {
    this.state.latestCalls += 1;
    await this.state.enter(body);
    if (body.instrument !== 'BTC-USD') {
      throw new AppError('caller', 'instrument.unknown', `there is no instrument ${body.instrument}`);
    }
    const { source, canaryShare } = this.state;
    const isCanary = canaryShare !== null && (body.bucket ?? 1) < canaryShare;
    const levels = body.levels?.map((level) => ({ level, price: 9e4, from: 'extrapolated' as const }));
    const data = body.horizons.map((horizon): LatestForecastReply => ({
      ...this.state.forecast(horizon),
      ...(isCanary && { model: CHALLENGER, canonical: false }),
      ...(levels && { levels }),
      standing: STANDING,
    }));
    return { data, source, canaryShare };
  }

  @Rpc(predictionRpc.forecastHistory)
  async history(
    body: Body<typeof predictionRpc.forecastHistory>,
    call: RpcCall,
  ): Promise<ForecastHistoryReply> {
    await this.state.enter(body, call);
    if (body.cursor === 'damaged')
      throw new AppError('caller', 'request.cursor_invalid', 'the cursor is damaged');
    const { instrument, horizon } = body;
    const data = [{ ...this.state.forecast(horizon), outcome: null }];
    return {
      instrument,
      horizon,
      source: this.state.source,
      data,
      next: body.cursor ? null : 'next-page',
    };
  }

  @Rpc(predictionRpc.forecastById)
  async byId(body: Body<typeof predictionRpc.forecastById>): Promise<ScoredForecastReply> {
    await this.state.enter(body);
    const told = this.state.told.get(body.id);
    if (told) return told;
    const found = this.state.forecast('24h');
    if (found.id !== body.id) throw new AppError('caller', 'forecast.not_found', 'no forecast has this id');
    return { ...found, outcome: null };
  }

  @Rpc(predictionRpc.performance)
  async performance(body: Body<typeof predictionRpc.performance>, call: RpcCall): Promise<PerformanceReply> {
    await this.state.enter(body, call);
    const baseline = { n: 0, pinball: null, difference: null, low: null, high: null };
    return {
      ...body,
      source: this.state.source,
      from: null,
      to: null,
      n: 0,
      pinball: null,
      crps: null,
      coverage: { '50': null, '80': null, '90': null },
      direction: { n: 0, hitRate: null, low: null, high: null },
      baselines: { ewma_rw: baseline, garch_t: baseline, uncond_1y: baseline },
      excluded: { late: 0, backfilled: 0, inSample: 0, unproven: 0, void: 0, pending: 0 },
    };
  }
}

const [BITCOIN] = (OPERATION_EXAMPLES['GET /v1/instruments'] as InstrumentsReply).data;
const INSTRUMENTS = [BITCOIN!, { ...BITCOIN!, id: 'ETH-USD', base: 'ETH' }];

@Controller()
class PeerMarketData {
  constructor(@Inject(PeerState) private readonly state: PeerState) {}

  @Rpc(marketDataRpc.listInstruments)
  async list(body: Body<typeof marketDataRpc.listInstruments>): Promise<InstrumentsReply> {
    await this.state.enter(body);
    return { data: INSTRUMENTS, source: this.state.source };
  }

  @Rpc(marketDataRpc.listCandles)
  async candles(body: Body<typeof marketDataRpc.listCandles>): Promise<CandlesReply> {
    await this.state.enter(body);
    const { instrument, interval, cursor } = body;
    if (cursor === 'damaged') throw new AppError('caller', 'request.cursor_invalid', 'the cursor is damaged');
    const { feed: venue, source } = this.state;
    return {
      instrument,
      interval,
      venue,
      source,
      data: [],
      gaps: [],
      next: cursor ? null : 'next-page',
    };
  }
}

/** Both services behind the gateway, in one process that speaks their real protocol. */
@Module({
  controllers: [PeerPrediction, PeerLifecycle, PeerInference, PeerMarketData],
  providers: [PeerState],
})
export class PeerModule {
  constructor(
    @Inject(PeerState) readonly state: PeerState,
    @Inject(EventBus) private readonly events: EventBus,
  ) {}

  /** Issues the forecasts of the next hour and tells everybody. */
  async issueNext({ announce }: { announce: boolean }): Promise<void> {
    this.state.originMs += HOUR_MS;
    if (!announce) return;
    const { feed, originMs: origin } = this.state;
    const horizons: Horizon[] = ['1h', '4h', '24h', '168h'];
    await this.events.publish('forecast.issued', {
      feed,
      instrument: 'BTC-USD',
      origin,
      horizons,
      modelVersion: 'har@1',
    });
  }
}
