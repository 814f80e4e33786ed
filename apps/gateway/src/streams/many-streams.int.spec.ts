import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@btcforecast/testing';
import fc from 'fast-check';
import type { SseClient, SseMessage } from '../testing/sse-client.js';
import { startStreamFixture, type StreamFixture } from '../testing/stream-fixture.js';

let fixture: StreamFixture;
beforeAll(async () => {
  fixture = await startStreamFixture();
});
afterAll(() => fixture.close());

const IN_TIME = { deadlineMs: 20_000 };

/** Somebody who loses connections and comes back, here or there, and writes down what came. */
class Wanderer {
  readonly #visits: SseClient[] = [];

  constructor(
    private readonly urls: readonly string[],
    private readonly start: string,
  ) {}

  async visit(place: number): Promise<void> {
    const headers = { 'last-event-id': this.#visits.at(-1)?.lastEventId ?? this.start };
    this.#visits.push(await fixture.sse('?type=price', { url: this.urls[place]!, headers }));
  }

  leave(): void {
    this.#visits.at(-1)?.close();
  }

  get messages(): SseMessage[] {
    return this.#visits.flatMap(({ messages }) => messages);
  }
}

describe('two hundred streams', () => {
  it('each get every event once and in order, whatever the transport', async () => {
    const sse = await Promise.all(Array.from({ length: 100 }, () => fixture.sse('?type=price')));
    const ws = await Promise.all(Array.from({ length: 100 }, () => fixture.ws()));
    for (const client of ws) client.send({ op: 'subscribe', id: '1', type: ['price'] });
    await waitFor(() => ws.every((client) => client.of('subscribed').length === 1), {
      ...IN_TIME,
      what: 'all are subscribed',
    });
    const closes = Array.from({ length: 30 }, (_, i) => i + 1);
    for (const close of closes) await fixture.market.candle(close);
    await waitFor(() => [...sse, ...ws].every((client) => client.messages.length >= closes.length), {
      ...IN_TIME,
      what: 'all events at all clients',
    });
    for (const client of sse) expect(client.closes).toEqual(closes);
    for (const client of ws) expect(client.closes()).toEqual(closes);
    fixture.disconnect();
  });
});

describe('a client that loses its connection at random', () => {
  it('sees each event exactly once and in order, at whichever gateway it comes back', async () => {
    const second = await fixture.second();
    const urls = [fixture.url, second.url];
    const witness = await fixture.sse('?type=price');
    const step = fc.record({ place: fc.nat(1), during: fc.nat(3), between: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const from = witness.messages.length;
        const wanderer = new Wanderer(urls, witness.lastEventId);
        let count = 0;
        for (const { place, during, between } of steps) {
          await wanderer.visit(place);
          for (let i = 0; i < during; i += 1) await fixture.market.candle((count += 1));
          wanderer.leave(); // perhaps before all has come
          for (let i = 0; i < between; i += 1) await fixture.market.candle((count += 1));
        }
        await wanderer.visit(0);
        await fixture.market.candle((count += 1));
        const all = () => witness.messages.slice(from).map(({ id }) => id);
        await waitFor(() => all().length === count, { ...IN_TIME, what: 'the witness has all' });
        await waitFor(() => wanderer.messages.at(-1)?.id === all().at(-1), {
          ...IN_TIME,
          what: 'the wanderer has the last',
        });
        wanderer.leave();
        expect(wanderer.messages.map(({ id }) => id)).toEqual(all());
      }),
      { numRuns: 12 },
    );
  });
});
