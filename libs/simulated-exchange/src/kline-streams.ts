import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { INTERVAL_MS, INTERVALS, type Interval } from '@btcforecast/contracts';
import { WebSocketServer, type WebSocket } from 'ws';
import { klineEvent } from './klines.js';
import type { Listing } from './listed-markets.js';
import type { Exchange } from './rest-routes.js';
import type { SimulatedMarket } from './simulated-market.js';
import { formingCandle, visibleCandles, type VisibleCandle } from './visible-candles.js';

/** How often the forming candle is sent, wall time. */
const UPDATE_MS = 1_000;
/** Shortest pause between two looks at the clock; at high speeds closes are sent in bundles. */
const TICK_MS = 20;
const LONGEST_TICK_MS = 500;
/** A ping as often as the exchange sends them; no pong until the next but two ends the connection. */
const PING_MS = 20_000;
const MISSED_PONGS = 3;
/** At absurd speeds a stream skips; a client finds what it lacks by request. */
const MOST_CLOSES_AT_ONCE = 1_000;
const MAX_STREAMS = 1_024;

interface Client {
  readonly socket: WebSocket;
  readonly streams: Set<string>;
  /** Messages of /stream come wrapped, with the name of their stream. */
  readonly wrapped: boolean;
  unansweredPings: number;
}

interface Channel {
  readonly name: string;
  readonly symbol: string;
  readonly interval: Interval;
  readonly market: SimulatedMarket;
}

/** The WebSocket half of the exchange: /ws, /ws/<stream>/…, /stream?streams=…, SUBSCRIBE and UNSUBSCRIBE. */
export class KlineStreams {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024 });
  readonly #clients = new Set<Client>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #channels: readonly Channel[];
  #closedUntil: number;
  #tick: NodeJS.Timeout | undefined;

  constructor(
    server: Server,
    private readonly exchange: Exchange,
  ) {
    this.#channels = channelsOf(exchange.listings);
    this.#closedUntil = exchange.clock.now();
    server.on('upgrade', (request, socket: Duplex, head) => this.#upgrade(request, socket, head));
    this.#timers.push(
      setInterval(() => this.#sendForming(), UPDATE_MS),
      setInterval(() => this.#ping(), PING_MS),
    );
    this.#scheduleTick();
  }

  /** As the exchange before maintenance: says so, then closes. */
  close(): void {
    clearTimeout(this.#tick);
    for (const timer of this.#timers) clearInterval(timer);
    const notice = JSON.stringify({ e: 'serverShutdown', E: this.exchange.clock.now() });
    for (const { socket } of this.#clients) {
      socket.send(notice);
      socket.close(1001, 'server shutdown');
      setTimeout(() => socket.terminate(), TICK_MS).unref();
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'ws://exchange');
    const [, door, ...names] = url.pathname.split('/');
    if (door !== 'ws' && door !== 'stream') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    const wanted = door === 'ws' ? names : (url.searchParams.get('streams') ?? '').split('/');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const streams = new Set(wanted.filter((name) => this.#channelOf(name) !== undefined));
      this.#accept({ socket: webSocket, streams, wrapped: door === 'stream', unansweredPings: 0 });
    });
  }

  #accept(client: Client): void {
    this.#clients.add(client);
    client.socket.on('close', () => this.#clients.delete(client));
    client.socket.on('error', () => client.socket.terminate());
    client.socket.on('pong', () => (client.unansweredPings = 0));
    client.socket.on('message', (data) => client.socket.send(this.#answer(client, String(data))));
  }

  #answer(client: Client, text: string): string {
    let id: unknown = null;
    try {
      const request = JSON.parse(text) as { id?: unknown; method?: unknown; params?: unknown };
      id = request.id ?? null;
      const params = Array.isArray(request.params) ? request.params.map(String) : [];
      return JSON.stringify({ result: this.#obey(client, request.method, params), id });
    } catch (error) {
      return JSON.stringify({ code: 2, msg: `Invalid request: ${(error as Error).message}`, id });
    }
  }

  #obey(client: Client, method: unknown, params: readonly string[]): string[] | null {
    if (method === 'LIST_SUBSCRIPTIONS') return [...client.streams];
    if (method === 'SUBSCRIBE') {
      if (client.streams.size + params.length > MAX_STREAMS) throw new Error('too many streams');
      for (const name of params) client.streams.add(name);
    } else if (method === 'UNSUBSCRIBE') {
      for (const name of params) client.streams.delete(name);
    } else {
      throw new Error(`unknown method ${String(method)}`);
    }
    return null;
  }

  #channelOf(name: string): Channel | undefined {
    return this.#channels.find((channel) => channel.name === name);
  }

  #scheduleTick(): void {
    const { run, clock } = this.exchange;
    const intervalMs = INTERVAL_MS[run.interval];
    const untilClose = intervalMs - (clock.now() % intervalMs);
    const speed = clock.speed();
    const waitMs = speed > 0 ? untilClose / speed : LONGEST_TICK_MS;
    this.#tick = setTimeout(
      () => {
        this.#sendClosed();
        this.#scheduleTick();
      },
      Math.min(LONGEST_TICK_MS, Math.max(TICK_MS, waitMs)),
    );
  }

  #sendClosed(): void {
    const nowMs = this.exchange.clock.now();
    for (const channel of this.#wanted()) {
      const { interval, market } = channel;
      const intervalMs = INTERVAL_MS[interval];
      const firstClose = (Math.floor(this.#closedUntil / intervalMs) + 1) * intervalMs;
      const to = Math.floor(nowMs / intervalMs) * intervalMs;
      const from = Math.max(firstClose - intervalMs, to - MOST_CLOSES_AT_ONCE * intervalMs);
      if (from >= to) continue;
      // The next candle begins at once: that is how a client knows that this one was final.
      this.#send(channel, visibleCandles(market, { interval, from, to: nowMs + 1 }, nowMs), nowMs);
    }
    this.#closedUntil = nowMs;
  }

  #sendForming(): void {
    const { run, clock } = this.exchange;
    this.#sendClosed(); // a final value never follows the next candle
    const nowMs = clock.now();
    if (nowMs >= (run.endsAt ?? Infinity)) return;
    for (const channel of this.#wanted()) {
      const forming = formingCandle(channel.market, channel.interval, nowMs);
      if (forming) this.#send(channel, [forming], nowMs);
    }
  }

  #wanted(): Channel[] {
    const names = new Set([...this.#clients].flatMap(({ streams }) => [...streams]));
    return this.#channels.filter(({ name }) => names.has(name));
  }

  #send({ name, symbol, interval }: Channel, candles: VisibleCandle[], nowMs: number): void {
    const { faults } = this.exchange;
    if (faults.silent) return;
    const shown = faults.candles ? faults.candles(candles, interval) : candles;
    for (const candle of shown) {
      const event = klineEvent(candle, { symbol, interval, nowMs });
      for (const client of this.#clients) if (client.streams.has(name)) this.#deliver(client, name, event);
    }
  }

  #deliver({ socket, wrapped }: Client, stream: string, data: object): void {
    const message = JSON.stringify(wrapped ? { stream, data } : data);
    const { messages } = this.exchange.faults;
    for (const text of messages ? messages(message) : [message]) socket.send(text);
  }

  #ping(): void {
    for (const client of this.#clients) {
      client.unansweredPings += 1;
      if (client.unansweredPings > MISSED_PONGS) client.socket.terminate();
      else client.socket.ping(String(this.exchange.clock.now()));
    }
  }
}

function streamName(symbol: string, interval: Interval): string {
  return `${symbol.toLowerCase()}@kline_${interval}`;
}

/** Every stream that can be had: one for each instrument and interval. */
function channelsOf(listings: readonly Listing[]): Channel[] {
  return listings.flatMap(({ symbol: { id }, market }) =>
    INTERVALS.filter((interval) => market.sourceOf(interval)).map((interval) => ({
      name: streamName(id, interval),
      symbol: id,
      interval,
      market,
    })),
  );
}
