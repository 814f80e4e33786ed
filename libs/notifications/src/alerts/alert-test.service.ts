import { eventTimeAt, MarketFeedReader } from '@btcforecast/candle-reader';
import type { AlertTestReply, AlertTestRequest } from '@btcforecast/contracts';
import { AppError, Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import type { Asker } from '../asker.js';
import { assertMayWatch } from './alert-access.js';
import { QUIET } from './alert-machine.js';
import { type MarketCondition, MeasurementReader } from './measurement.reader.js';
import { AlertFeed } from './record-transition.js';
import { runAlert } from './run-alert.js';

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 168;
const MAX_HOURS = 720;

/** Says when a rule would have fired, by the code that judges rules, on what is stored. Changes nothing. */
@Injectable()
export class AlertTester {
  constructor(
    private readonly measurements: MeasurementReader,
    private readonly feeds: MarketFeedReader,
    private readonly feed: AlertFeed,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError caller access.forbidden, instrument.unknown, request.invalid for a span that is too long; transient
   *   market.clock_unknown when no end is given and nobody knows what time it is in the market
   */
  async test(asker: Asker, request: AlertTestRequest): Promise<AlertTestReply> {
    const { condition } = request;
    assertMayWatch(asker, condition);
    if (condition.kind === 'usage') throw noHistory();
    const market = await this.#market(condition);
    const span = this.#span(request, () => this.#eventTime(market));
    const measured = await this.measurements.read(condition, market, {
      after: span.from - 1,
      until: span.to,
    });
    const { machine, transitions } = runAlert(condition, request, measured, QUIET);
    return {
      from: new Date(span.from).toISOString(),
      to: new Date(span.to).toISOString(),
      judged: measured.length,
      state: machine.state,
      transitions: transitions.map(({ at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() })),
      source: this.feed.source,
    };
  }

  async #market({ instrument }: MarketCondition) {
    const market = await this.feeds.feed(this.feed.feed, instrument);
    if (market) return market;
    const message = `no market data of ${instrument} is here; GET /v1/instruments lists what is`;
    throw new AppError('caller', 'instrument.unknown', message);
  }

  #eventTime(market: Parameters<typeof eventTimeAt>[0]): number {
    return eventTimeAt(market, { feed: this.feed.feed, wallNowMs: this.clock.now() });
  }

  #span({ from, to }: AlertTestRequest, now: () => number): { from: number; to: number } {
    const until = to ?? now();
    const since = from ?? until - DEFAULT_HOURS * HOUR_MS;
    if (until > since && until - since <= MAX_HOURS * HOUR_MS) return { from: since, to: until };
    const message = `body/from must be before to, by ${MAX_HOURS} hours at most; name both`;
    throw new AppError('caller', 'request.invalid', message);
  }
}

function noHistory(): AppError {
  return new AppError(
    'caller',
    'request.invalid',
    'body/condition of kind usage has no history to be tested on',
  );
}
