import { INTERVAL_MS, type Interval } from '@btcforecast/contracts';
import type { Candle } from '@btcforecast/timeseries';
import type { CcxtExchange, CcxtRow } from './ccxt-exchange.js';
import { ccxtFailure, nonsenseReply } from './ccxt-failure.js';
import type { CandleRequest, ExchangePort, MarketTime } from './exchange-port.js';
import { FinalCandles } from './final-candles.js';
import type { VenueProfile } from './venue-profile.js';

/** Where the time comes from, and how fine the candles are: the one thing in which a simulated exchange differs. */
export interface VenueClock {
  baseInterval(): Promise<Interval>;
  time(): Promise<MarketTime>;
}

/** How often a venue without a candle stream is asked for its newest candles. */
const POLL_MS = 10_000;

/** Any exchange that ccxt knows, for candles only. */
export class CcxtExchangeAdapter implements ExchangePort {
  readonly #clock: VenueClock;
  /** Closed candles of the stream that were not handed on yet. */
  readonly #closedRows: CcxtRow[] = [];

  constructor(
    readonly venue: string,
    private readonly exchange: CcxtExchange,
    private readonly profile: VenueProfile,
    clock?: VenueClock,
  ) {
    if (profile.closedRow) this.#collectClosedRows(profile.closedRow);
    this.#clock = clock ?? { baseInterval: () => Promise.resolve('1m'), time: () => this.#exchangeTime() };
  }

  get historyLimit(): number | null {
    return this.profile.historyLimit;
  }

  baseInterval(): Promise<Interval> {
    return this.#asked(() => this.#clock.baseInterval());
  }

  time(): Promise<MarketTime> {
    return this.#asked(() => this.#clock.time());
  }

  async *fetchCandles(request: CandleRequest, signal: AbortSignal): AsyncIterable<Candle[]> {
    const intervalMs = INTERVAL_MS[request.interval];
    const { nowMs } = await this.time();
    const end = Math.min(request.to, Math.floor(nowMs / intervalMs) * intervalMs);
    const oldest = this.historyLimit === null ? -Infinity : nowMs - this.historyLimit * intervalMs;
    const first = Math.max(
      Math.ceil(request.from / intervalMs) * intervalMs,
      Math.ceil(oldest / intervalMs) * intervalMs,
    );
    const pageMs = this.profile.pageRows * intervalMs;
    for (let from = first; from < end && !signal.aborted; from += pageMs) {
      const page = { ...request, from, to: Math.min(end, from + pageMs) };
      yield await this.#fetchPage(page, intervalMs);
    }
  }

  async *streamCandles(
    { instrument, interval }: Pick<CandleRequest, 'instrument' | 'interval'>,
    signal: AbortSignal,
  ): AsyncIterable<Candle[]> {
    if (this.exchange.has['watchOHLCV'] !== true) {
      yield* this.#poll({ instrument, interval }, signal);
      return;
    }
    const symbol = this.#symbol(instrument);
    const final = this.#finalCandles();
    this.exchange.ohlcvs = {}; // what an earlier connection left there is not known to be final
    const stop = aborted(signal);
    try {
      while (!signal.aborted) {
        const message = this.#asked(() => this.exchange.watchOHLCV(symbol, interval));
        const rows = await Promise.race([message, stop.promise]);
        if (rows === undefined || signal.aborted) return;
        yield* untilEmpty(final, rows);
      }
    } finally {
      stop.dispose();
      this.#hangUp();
    }
  }

  async close(): Promise<void> {
    this.#hangUp();
    await this.exchange.close();
  }

  async #fetchPage({ instrument, interval, from, to }: CandleRequest, intervalMs: number): Promise<Candle[]> {
    const limit = Math.round((to - from) / intervalMs);
    const rows = await this.#asked(() =>
      this.exchange.fetchOHLCV(this.#symbol(instrument), interval, from, limit, { until: to - 1 }),
    );
    if (!Array.isArray(rows)) throw nonsenseReply(this.venue, 'a reply that is no list');
    if (rows.length === 0) this.#checkEmptyReply();
    const candles = rows.map((row) => this.#candle(row as CcxtRow));
    return candles.filter(({ openTime }) => openTime >= from && openTime < to);
  }

  /** ccxt makes an empty list of many replies that are none: an empty page of HTML, an object of another form. */
  #checkEmptyReply(): void {
    const body = parsedJson(this.exchange.last_http_response);
    if (!this.profile.saysNone(body)) throw nonsenseReply(this.venue, 'neither candles nor an empty list');
  }

  #candle(row: CcxtRow): Candle {
    const [openTime, open, high, low, close, volume] = row;
    const numbers = [openTime, open, high, low, close, volume];
    if (!numbers.every((value) => Number.isFinite(value))) {
      throw nonsenseReply(this.venue, `a candle ${JSON.stringify(row).slice(0, 120)}`);
    }
    return { openTime, open, high, low, close, volume } as Candle;
  }

  /** A broken message must not end the stream: it is left out, and a request will find what it should have said. */
  #streamed(rows: unknown): Candle[] {
    if (!Array.isArray(rows)) return [];
    return rows
      .filter(
        (row: CcxtRow) => Array.isArray(row) && row.slice(0, 6).every((value) => Number.isFinite(value)),
      )
      .map((row: CcxtRow) => this.#candle(row));
  }

  /** Tells final candles of one connection: by the venue's own word where it gives it, else by the next candle. */
  #finalCandles(): (rows: unknown) => Candle[] {
    const { closedRow } = this.profile;
    if (!closedRow) {
      const final = new FinalCandles();
      return (rows) => final.take(this.#streamed(rows));
    }
    this.#closedRows.length = 0;
    return () => this.#streamed(this.#closedRows.splice(0));
  }

  /** Listens in on ccxt, which passes a candle on without saying whether it has closed. */
  #collectClosedRows(closedRow: (message: unknown) => CcxtRow | null): void {
    const handle = this.exchange.handleOHLCV.bind(this.exchange);
    this.exchange.handleOHLCV = (client, message) => {
      const row = closedRow(message);
      if (row) this.#closedRows.push(row);
      return handle(client, message);
    };
  }

  async *#poll(
    series: Pick<CandleRequest, 'instrument' | 'interval'>,
    signal: AbortSignal,
  ): AsyncIterable<Candle[]> {
    const intervalMs = INTERVAL_MS[series.interval];
    const stop = aborted(signal);
    let from = Math.floor((await this.time()).nowMs / intervalMs) * intervalMs;
    try {
      while (!signal.aborted) {
        await Promise.race([pause(POLL_MS), stop.promise]);
        if (signal.aborted) return;
        for await (const page of this.fetchCandles({ ...series, from, to: Infinity }, signal)) {
          from = Math.max(from, ...page.map(({ openTime }) => openTime + intervalMs));
          yield page;
        }
      }
    } finally {
      stop.dispose();
    }
  }

  async #exchangeTime(): Promise<MarketTime> {
    const nowMs = await this.exchange.fetchTime();
    if (!Number.isFinite(nowMs)) throw nonsenseReply(this.venue, 'a clock without a time');
    return { nowMs: nowMs as number, speed: 1 };
  }

  #symbol(instrument: string): string {
    const [base = '', quote = ''] = instrument.split('-');
    return `${base}/${quote === 'USD' ? this.profile.dollar : quote}`;
  }

  /** A closing handshake may hang as long as the silent peer whose fault it is: cut the line instead. */
  #hangUp(): void {
    for (const client of Object.values(this.exchange.clients ?? {})) client.connection?.terminate?.();
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw ccxtFailure(this.venue, error, this.exchange.last_response_headers);
    }
  }
}

/** While one list is stored the next messages come in: their candles must not wait for yet another message. */
function* untilEmpty(final: (rows: unknown) => Candle[], rows: unknown): Iterable<Candle[]> {
  let closed = final(rows);
  yield closed;
  while (closed.length > 0) {
    closed = final([]);
    yield closed;
  }
}

function parsedJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function aborted(signal: AbortSignal): { promise: Promise<undefined>; dispose: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) resolve(undefined);
  return { promise, dispose: () => signal.removeEventListener('abort', onAbort) };
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}
