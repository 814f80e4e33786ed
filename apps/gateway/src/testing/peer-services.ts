import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import {
  type CandlesReply,
  type ForecastHistoryReply,
  type ForecastReply,
  type ForecastsReply,
  HORIZON_HOURS,
  type Horizon,
  type InstrumentsReply,
  marketDataRpc,
  type PerformanceReply,
  predictionRpc,
  type ScoredForecastReply,
  type Source,
} from '@btcforecast/contracts';
import { AppError, EventBus, Rpc } from '@btcforecast/platform';
import type { z } from 'zod';

type Body<M extends { request: z.ZodType }> = z.output<M['request']>;

const HOUR_MS = 3_600_000;
export const FIRST_ORIGIN_MS = Date.UTC(2025, 0, 1);

/** What the other side of the wire holds and how it behaves; a test moves the levers. */
@Injectable()
export class PeerState {
  originMs = FIRST_ORIGIN_MS;
  source: Source = 'replay';
  feed = 'replay-00000001';
  delayMs = 0;
  failure: unknown;
  latestCalls = 0;
  lastBody: unknown;

  /** Every handler passes here. */
  async enter(body: unknown): Promise<void> {
    this.lastBody = body;
    if (this.delayMs > 0) await delay(this.delayMs);
    if (this.failure) throw this.failure;
  }

  forecast(horizon: Horizon): ForecastReply {
    const iso = (ms: number): string => new Date(ms).toISOString();
    return {
      id: createHash('sha256').update(`${this.originMs}${horizon}`).digest('hex'),
      instrument: 'BTC-USD',
      horizon,
      origin: iso(this.originMs),
      target: iso(this.originMs + HORIZON_HOURS[horizon] * HOUR_MS),
      price: 95_000,
      quantiles: {
        '0.05': 91e3,
        '0.1': 92e3,
        '0.25': 94e3,
        '0.5': 95e3,
        '0.75': 96e3,
        '0.9': 97e3,
        '0.95': 98e3,
      },
      probabilityUp: 0.5,
      volatility: 0.02,
      model: { name: 'har', version: 1 },
      venue: this.feed,
      source: this.source,
      issuedAt: iso(this.originMs + 1_000),
      timeliness: 'on_time',
      inSample: false,
      canonical: true,
    };
  }
}

@Controller()
class PeerPrediction {
  constructor(@Inject(PeerState) private readonly state: PeerState) {}

  @Rpc(predictionRpc.latestForecasts)
  async latest(body: Body<typeof predictionRpc.latestForecasts>): Promise<ForecastsReply> {
    this.state.latestCalls += 1;
    await this.state.enter(body);
    if (body.instrument !== 'BTC-USD') {
      throw new AppError('caller', 'instrument.unknown', `there is no instrument ${body.instrument}`);
    }
    return { data: body.horizons.map((horizon) => this.state.forecast(horizon)), source: this.state.source };
  }

  @Rpc(predictionRpc.forecastHistory)
  async history(body: Body<typeof predictionRpc.forecastHistory>): Promise<ForecastHistoryReply> {
    await this.state.enter(body);
    if (body.cursor === 'damaged')
      throw new AppError('caller', 'forecast.cursor_invalid', 'the cursor is damaged');
    const { instrument, horizon } = body;
    const data = [{ ...this.state.forecast(horizon), outcome: null }];
    return {
      instrument,
      horizon,
      source: this.state.source,
      data,
      nextCursor: body.cursor ? null : 'next-page',
    };
  }

  @Rpc(predictionRpc.forecastById)
  async byId(body: Body<typeof predictionRpc.forecastById>): Promise<ScoredForecastReply> {
    await this.state.enter(body);
    const found = this.state.forecast('24h');
    if (found.id !== body.id) throw new AppError('caller', 'forecast.not_found', 'no forecast has this id');
    return { ...found, outcome: null };
  }

  @Rpc(predictionRpc.performance)
  async performance(body: Body<typeof predictionRpc.performance>): Promise<PerformanceReply> {
    await this.state.enter(body);
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
      excluded: { late: 0, backfilled: 0, inSample: 0, void: 0, pending: 0 },
    };
  }
}

@Controller()
class PeerMarketData {
  constructor(@Inject(PeerState) private readonly state: PeerState) {}

  @Rpc(marketDataRpc.listInstruments)
  async list(body: Body<typeof marketDataRpc.listInstruments>): Promise<InstrumentsReply> {
    await this.state.enter(body);
    return { data: [], source: this.state.source };
  }

  @Rpc(marketDataRpc.listCandles)
  async candles(body: Body<typeof marketDataRpc.listCandles>): Promise<CandlesReply> {
    await this.state.enter(body);
    const { instrument, interval, cursor } = body;
    if (cursor === 'damaged') throw new AppError('caller', 'candle.cursor_invalid', 'the cursor is damaged');
    const { feed: venue, source } = this.state;
    return {
      instrument,
      interval,
      venue,
      source,
      data: [],
      gaps: [],
      nextCursor: cursor ? null : 'next-page',
    };
  }
}

/** Both services behind the gateway, in one process that speaks their real protocol. */
@Module({ controllers: [PeerPrediction, PeerMarketData], providers: [PeerState] })
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
