import { performance } from 'node:perf_hooks';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '@btcforecast/access';
import { predictionRpc } from '@btcforecast/contracts';
import { AppError, ENV, EventBus, isAppError, Metrics, type Subscription } from '@btcforecast/platform';
import type { Counter } from 'prom-client';
import type { z } from 'zod';
import type { GatewayEnv } from '../gateway.env.js';
import { Peers } from '../http/peers.js';
import { etagOf } from '../http/etag.js';
import { hedged } from '../http/hedged.js';
import { bucketOf } from './client-bucket.js';
import {
  type ForecastBytes,
  ForecastMemory,
  type ForecastQuestion,
  isCanaryClient,
  type NamedQuestion,
  named,
} from './forecast-memory.js';

/** A lost event costs no more than this: prediction is asked again. */
export const FRESH_MS = 1_000;
/** A reply is not renewed before this age, however long prediction takes. */
const YOUNG_MS = 200;
/** Of the time a reply may be served, what is left when the next is expected. */
const SPARE_MS = 100;
/** So long a client waits for prediction before a forecast that may still be served is. */
const PATIENCE_MS = 100;
/** A prediction that takes longer may be stuck: another one is asked, too. */
const HEDGE_MS = 700;
/** A little less than most requests have. */
const CALL_MS = 4_000;

export interface ForecastAnswer {
  readonly reply: ForecastBytes;
  readonly how: 'hit' | 'miss' | 'revalidating' | 'stale';
}

/** The address that asks, and by whose key. */
export interface ForecastAsker {
  readonly url: string;
  readonly client: Principal;
}

/** What one call of prediction brought, for whom it was made. */
interface SharedAnswer {
  readonly reply: ForecastBytes;
  readonly bucket: number;
  readonly canaryShare: number | null;
}

/** The newest forecasts: from memory while they are known to be the newest, else from prediction. */
@Injectable()
export class ForecastService implements OnModuleInit, OnModuleDestroy {
  readonly #memory = new ForecastMemory();
  readonly #asking = new Map<string, Promise<SharedAnswer>>();
  /** Replies that prediction was asked about ahead of their time: once is enough. */
  readonly #asked = new WeakSet<ForecastBytes>();
  readonly #lookups: Counter<'outcome'>;
  /** Since the last scrape. */
  #hits = 0;
  #subscriptions: Subscription[] = [];

  constructor(
    private readonly peers: Peers,
    private readonly events: EventBus,
    @Inject(ENV) private readonly env: GatewayEnv,
    metrics: Metrics,
  ) {
    this.#lookups = metrics.counter(
      'forecast_cache_requests_total',
      'Latest forecasts asked for: hit = from memory, miss = from prediction, revalidating = from memory because prediction is slow, stale = from memory because it is away',
      ['outcome'],
      (counter) => {
        counter.inc({ outcome: 'hit' }, this.#hits);
        this.#hits = 0;
      },
    );
  }

  onModuleInit(): void {
    this.#subscriptions = [
      this.events.subscribe('forecast.issued', (issued) => {
        if (issued.feed === this.env.MARKET_FEED) this.#memory.noteIssued(issued);
      }),
      this.events.onConnect(() => this.#memory.forgetNewest()),
    ];
  }

  onModuleDestroy(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }

  /** The reply to an address that was understood before, if it is in memory and known to be the newest. */
  fromMemory(url: string, client: Principal): ForecastBytes | undefined {
    const question = this.#memory.questionAt(url);
    const reply = question && this.#memory.reply(this.#memory.keyOf(question, () => bucketOf(client)));
    const now = performance.now();
    if (!reply || now - reply.confirmedAt > FRESH_MS) return undefined;
    if (now > reply.renewAt && !this.#asked.has(reply)) this.#askAhead(reply, question, bucketOf(client));
    this.#hits += 1;
    return reply;
  }

  /** Whether it works is for whoever comes when the reply is too old to tell. */
  #askAhead(reply: ForecastBytes, question: NamedQuestion, bucket: number): void {
    this.#asked.add(reply);
    void this.#askOnce(question, bucket).catch(() => undefined);
  }

  /**
   * The newest forecasts at the horizons asked. Prediction is asked; while it is slow or away, what was the newest until
   * then is served, and says so (stale-while-revalidate and stale-if-error, RFC 5861).
   *
   * @param asker the address that asked, to be recognised next time, and who asked: a canary answers a share of clients
   * @throws AppError as prediction answers; transient rpc.unavailable or request.deadline_exceeded when prediction
   *   is away and memory holds nothing that may still be served
   */
  async latest(wanted: ForecastQuestion, { url, client }: ForecastAsker): Promise<ForecastAnswer> {
    const question = named(wanted);
    const bucket = bucketOf(client);
    const asked = this.#askFor(question, bucket);
    const known = () => this.#servable(question, bucket);
    try {
      const reply = known() ? await patiently(asked) : await asked;
      const slow = reply ? undefined : known();
      if (slow) return this.#counted(slow, 'revalidating');
      const fresh = reply ?? (await asked);
      this.#memory.understand(url, question);
      return this.#counted(fresh, 'miss');
    } catch (error) {
      const away = isAway(error) ? known() : undefined;
      if (!away) throw error;
      return this.#counted(away, 'stale');
    }
  }

  /**
   * What may be served although prediction does not confirm it: what was the newest so long ago at most. Of a replay or a
   * demo a quarter of that, for their hours pass in seconds.
   */
  #servable(question: NamedQuestion, bucket: number): ForecastBytes | undefined {
    const reply = this.#memory.lastReply(question, () => bucket);
    if (!reply) return undefined;
    const longestMs = this.env.FORECAST_STALE_SECONDS * (reply.isLive ? 1_000 : 250);
    return performance.now() - reply.confirmedAt <= longestMs ? reply : undefined;
  }

  #counted(reply: ForecastBytes, how: Exclude<ForecastAnswer['how'], 'hit'>): ForecastAnswer {
    this.#lookups.inc({ outcome: how });
    return { reply, how };
  }

  /**
   * Requests for the same reply that arrive together make one call. That there is a canary may come to light only by
   * its answer: who shared a call that was made for the other clients asks once more, now knowing.
   */
  async #askFor(question: NamedQuestion, bucket: number): Promise<ForecastBytes> {
    const shared = await this.#askOnce(question, bucket);
    const { canaryShare } = shared;
    if (isCanaryClient(bucket, canaryShare) === isCanaryClient(shared.bucket, canaryShare))
      return shared.reply;
    return (await this.#askOnce(question, bucket)).reply;
  }

  #askOnce(question: NamedQuestion, bucket: number): Promise<SharedAnswer> {
    const key = this.#memory.keyOf(question, () => bucket);
    const running = this.#asking.get(key);
    if (running) return running;
    const asking = this.#ask(question, bucket).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #ask(question: NamedQuestion, bucket: number): Promise<SharedAnswer> {
    const confirmedAt = performance.now();
    const { instrument, horizons, levels } = question;
    const body = { instrument, horizons: [...horizons], ...(levels && { levels: [...levels] }), bucket };
    const call = () => this.peers.callForAll(predictionRpc.latestForecasts, body, { deadlineMs: CALL_MS });
    const answer = await hedged(call, HEDGE_MS);
    const { data, source, canaryShare } = exactReply(answer, question);
    const newest = data.reduce((a, b) => (Date.parse(b.origin) > Date.parse(a.origin) ? b : a));
    const champion = `${newest.model.name}@${newest.model.version}`;
    const isNewest = this.#memory.noteAnswered({
      instrument,
      originMs: Date.parse(newest.origin),
      champion: isCanaryClient(bucket, canaryShare) ? null : champion,
      canaryShare,
    });
    const text = JSON.stringify(data.length === 1 ? data[0] : { data, source });
    const reply = {
      ...{ body: text, etag: etagOf(text), isLive: source === 'live', confirmedAt },
      renewAt: renewAt(confirmedAt, performance.now()),
    };
    // A prediction that cannot ask the primary may know less than was announced; nobody is taken back in time for that.
    if (isNewest) this.#memory.keep(question, () => bucket, reply);
    const known = isNewest ? undefined : this.#servable(question, bucket);
    return { reply: known ?? reply, bucket, canaryShare };
  }
}

/** So early that the next reply is there before this one is too old, if it takes up to twice as long as this one. */
function renewAt(askedAt: number, answeredAt: number): number {
  return askedAt + Math.max(YOUNG_MS, FRESH_MS - SPARE_MS - 2 * (answeredAt - askedAt));
}

/** What the work brings; undefined when it takes longer than a client should wait. The work goes on. */
function patiently<T>(work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  void work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}

type LatestReply = z.output<typeof predictionRpc.latestForecasts.reply>;
type LatestAnswer = LatestReply & { data: [LatestReply['data'][number]] };

/** Exact out: checked like a request, unknown fields dropped, one forecast for each horizon in the order asked. */
function exactReply(answer: unknown, { horizons }: ForecastQuestion): LatestAnswer {
  const { data, error } = predictionRpc.latestForecasts.reply.safeParse(answer);
  if (data && data.data.map(({ horizon }) => horizon).join() === horizons.join() && isNonEmpty(data))
    return data;
  throw new AppError(
    'bug',
    'rpc.invalid_message',
    'prediction answered other forecasts than were asked',
    {},
    { cause: error },
  );
}

function isNonEmpty(reply: LatestReply): reply is LatestAnswer {
  return reply.data.length > 0;
}

function isAway(error: unknown): boolean {
  return (
    isAppError(error) && (error.code === 'rpc.unavailable' || error.code === 'request.deadline_exceeded')
  );
}
