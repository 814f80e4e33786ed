import type { Source } from '@btcforecast/contracts';
import type { Clock, EventBus, Logger, Metrics } from '@btcforecast/platform';
import type { DataSource } from 'typeorm';
import type { CredentialKind } from '../http/credentials.js';
import type { Peers } from '../http/peers.js';
import { CredentialWatch } from './credential-watch.js';
import { NewsDesk } from './record/news-desk.js';
import { NewsReader } from './record/news.reader.js';
import { ReplayBuffer } from './record/replay-buffer.js';
import { startCursor } from './record/stream-cursor.js';
import { StreamFeeder } from './record/stream-feeder.js';
import { StreamRecord } from './record/stream-record.js';
import { SseStreams } from './sse/sse-streams.js';
import { StreamHub } from './stream-hub.js';
import { StreamMetrics } from './stream-metrics.js';
import type { StreamSettings } from './stream-settings.js';
import { Subscriber } from './subscriber.js';
import { WsStreams } from './ws/ws-streams.js';

export interface StreamsParts {
  readonly feed: string;
  readonly source: Source;
  readonly settings: StreamSettings;
  readonly dataSource: DataSource;
  readonly peers: Peers;
  readonly events: EventBus;
  readonly credentials: readonly CredentialKind[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** All of streams, put together: what happens comes in at the feeder, goes through the buffer, and out at the hub. */
export class Streams {
  readonly sse: SseStreams;
  readonly ws: WsStreams;
  readonly #hub: StreamHub;
  readonly #feeder: StreamFeeder;
  readonly #watch: CredentialWatch;

  constructor(parts: StreamsParts) {
    const { feed, settings, dataSource, peers, logger, credentials, clock } = parts;
    const metrics = new StreamMetrics(parts.metrics);
    const buffer = new ReplayBuffer(settings.replay, startCursor(feed));
    const desk = new NewsDesk({ reader: new NewsReader(dataSource, feed), peers, logger });
    const record = new StreamRecord(dataSource, feed);
    this.#feeder = new StreamFeeder({ ...parts, metrics, record, desk, buffer, limits: settings.replay });
    const hub = (this.#hub = new StreamHub({ settings, metrics, logger }));
    const subscriber = new Subscriber(buffer, this.#feeder, metrics);
    const shared = { hub, subscriber, buffer, settings, metrics, logger };
    this.sse = new SseStreams(shared);
    this.ws = new WsStreams(shared);
    this.#watch = new CredentialWatch({ hub, credentials, clock, logger, everyMs: settings.recheckMs });
  }

  start(): void {
    this.#feeder.start(this.#hub);
    this.#hub.start();
    this.#watch.start();
  }

  /** Sends the clients to other gateways, then stops. */
  async stop(): Promise<void> {
    this.#watch.stop();
    await this.#hub.close();
    await this.#feeder.stop();
  }
}
