import {
  ForecastReply,
  INTERVAL_MS,
  predictionRpc,
  type ScoredForecastReply,
  type StreamType,
} from '@btcforecast/contracts';
import { isAppError, type Logger } from '@btcforecast/platform';
import type { Peers } from '../../http/peers.js';
import {
  type ForecastNews,
  type GapNews,
  type LookBack,
  NEWS_LIMIT,
  type NewsReader,
  type PriceNews,
} from './news.reader.js';
import type { NewEvent } from './stream-record.js';

export interface NewsDeskParts {
  readonly reader: NewsReader;
  readonly peers: Peers;
  readonly logger: Logger;
}

export interface Edition {
  /** In their order in the market: a candle, the outcomes that it settles, the forecasts that see it. */
  readonly events: readonly NewEvent[];
  /** Some was left for the next look. */
  readonly more: boolean;
}

/** Questions to prediction at once. */
const AT_ONCE = 8;
/** At one instant of the market. */
const ORDER: Readonly<Record<StreamType, number>> = { gap: 0, price: 1, outcome: 2, forecast: 3 };

/** What each client may see of it is decided when it is told. */
const NO_LIMITS = { instruments: null, horizons: null };

type Placed = NewEvent & { readonly eventAt: number };

/** Finds out what has happened and puts it into words, each once, for everybody. */
export class NewsDesk {
  constructor(private readonly parts: NewsDeskParts) {}

  /**
   * @param kinds what to look for
   * @throws AppError transient database.unavailable
   */
  async look(back: LookBack, kinds: ReadonlySet<StreamType>): Promise<Edition> {
    const { reader } = this.parts;
    const prices = kinds.has('price') ? await reader.prices(back) : [];
    const gaps = kinds.has('gap') ? await reader.gaps(back) : [];
    // In this order: the forecast of every outcome found is then in the record, or found too.
    const outcomes = kinds.has('outcome') ? await reader.outcomes(back) : [];
    const forecasts = kinds.has('forecast') || outcomes.length > 0 ? await reader.forecasts(back) : [];
    const settled = forecasts.length < NEWS_LIMIT ? outcomes : [];
    const events = [
      ...gaps.map(gapEvent),
      ...prices.map(priceEvent),
      ...(await this.#forecastEvents(forecasts, settled)),
    ];
    events.sort((a, b) => a.eventAt - b.eventAt || ORDER[a.type] - ORDER[b.type]);
    const more = [prices, gaps, outcomes, forecasts].some(({ length }) => length === NEWS_LIMIT);
    return { events, more };
  }

  /** What prediction says of them. What it does not know yet, or cannot say now, waits for the next look. */
  async #forecastEvents(
    forecasts: readonly ForecastNews[],
    outcomes: readonly ForecastNews[],
  ): Promise<Placed[]> {
    const ids = [...new Set([...forecasts, ...outcomes].map(({ id }) => id))];
    const told = await this.#ask(ids);
    return [
      ...forecasts.flatMap((news) => forecastEvent(news, told.get(news.id))),
      ...outcomes.flatMap((news) => outcomeEvent(news, told.get(news.id))),
    ];
  }

  async #ask(ids: readonly string[]): Promise<Map<string, ScoredForecastReply>> {
    const told = new Map<string, ScoredForecastReply>();
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const page = ids.slice(i, i + AT_ONCE);
      const answers = await Promise.allSettled(
        page.map((id) => this.parts.peers.callForAll(predictionRpc.forecastById, { id, limits: NO_LIMITS })),
      );
      for (const [place, answer] of answers.entries()) {
        if (answer.status === 'fulfilled') told.set(page[place]!, answer.value); // one answer for each
      }
      const failed = answers.find((answer) => answer.status === 'rejected');
      if (!failed) continue;
      this.parts.logger.warn({ err: failed.reason as unknown }, 'a forecast could not be streamed yet');
      if (isAppError(failed.reason) && failed.reason.kind === 'transient') break; // the others would fail too
    }
    return told;
  }
}

function priceEvent(news: PriceNews): Placed {
  const { key, instrument, interval, eventAt, venue, openTime, open, high, low, close, volume } = news;
  const times = { openTime: iso(openTime), closeTime: iso(openTime + INTERVAL_MS[interval]) };
  const data = JSON.stringify({ ...times, open, high, low, close, volume, venue });
  return { key, type: 'price', instrument, horizon: null, interval, data, eventAt };
}

function gapEvent({ key, instrument, interval, eventAt, venue, from, to, state }: GapNews): Placed {
  const data = JSON.stringify({ from: iso(from), to: iso(to), state, venue });
  return { key, type: 'gap', instrument, horizon: null, interval, data, eventAt };
}

/** An event about a forecast says what was said when it was issued, even if its outcome is known meanwhile. */
function forecastEvent(news: ForecastNews, reply: ScoredForecastReply | undefined): Placed[] {
  return reply
    ? [{ ...common(news), type: 'forecast', data: JSON.stringify(ForecastReply.parse(reply)) }]
    : [];
}

function outcomeEvent(news: ForecastNews, reply: ScoredForecastReply | undefined): Placed[] {
  return reply?.outcome ? [{ ...common(news), type: 'outcome', data: JSON.stringify(reply) }] : [];
}

function common({ key, instrument, horizon, eventAt }: ForecastNews) {
  return { key, instrument, horizon, interval: null, eventAt };
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
