import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { AttemptLimiters, createLogger, ManualClock, Metrics } from '@btcforecast/platform';
import { describeWhen, hasRedis, testRedis, waitFor, type TestRedis } from '@btcforecast/testing';
import { CredentialsRefusedError } from '../credentials-refused.error.js';
import { CredentialThrottle } from './credential-throttle.js';

let redis: TestRedis | undefined;
beforeAll(async () => {
  if (hasRedis()) redis = await testRedis();
});
afterAll(() => redis?.close());

let logged: { 'log.level': string; message: string }[];
beforeEach(() => {
  logged = [];
  pauses = [];
});
const clock = new ManualClock(Date.now());
/** Pauses that somebody is in, by their length in ms; each ends when it is told to. */
let pauses: { ms: number; end: () => void }[] = [];
const pause = (ms: number): Promise<void> => new Promise((end) => pauses.push({ ms, end }));
/** Each test has sources and subjects of its own: what one has counted holds for a quarter of an hour. */
let nextHost = 0;
const address = (): string => `10.${++nextHost >> 8}.${nextHost & 255}.1`;
const refusal = (subject: string | null) => new CredentialsRefusedError('no', subject, 'wrong secret');
const wrong = async (): Promise<never> => {
  throw refusal('anybody');
};
const held = { kind: 'caller', code: 'access.too_many_attempts' };

const places = [
  ['memory', true, () => undefined],
  ['Redis', hasRedis(), () => redis?.url],
] as const;

for (const [place, available, redisUrl] of places) {
  describeWhen(available, 'there is no redis-server here')(`attempts counted in ${place}`, () => {
    const opened: AttemptLimiters[] = [];
    async function open(): Promise<CredentialThrottle> {
      const destination = { write: (line: string) => void logged.push(JSON.parse(line)) };
      const logger = createLogger('test', { level: 'info', destination });
      const limiters = await AttemptLimiters.create({ redisUrl: redisUrl(), logger });
      opened.push(limiters);
      const metrics = new Metrics({ service: 'test', region: 'test' });
      return new CredentialThrottle({ limiters, clock, logger, metrics, pause });
    }
    let throttle: CredentialThrottle;
    beforeAll(async () => {
      throttle = await open();
    });
    afterAll(async () => {
      for (const limiters of opened) await limiters.close();
    });

    it('are answered as they are, until one source has failed too often', async () => {
      const from = address();
      for (let i = 0; i < 30; i += 1) {
        const error = refusal(`key ${i}${from}`);
        await expect(throttle.refused(from, error)).resolves.toBe(error);
      }
      throttle.assertMayTry(address());
      const answer = await throttle.refused(from, refusal(`key x${from}`));
      expect(answer).toMatchObject(held);
      expect(Number(answer.details['retryAfterSeconds'])).toBeGreaterThan(0);
      expect(Number(answer.details['retryAfterSeconds'])).toBeLessThanOrEqual(60);
      expect(() => throttle.assertMayTry(from)).toThrow(expect.objectContaining(held));
      clock.advance(60_000);
      throttle.assertMayTry(from);
    });

    it('are judged no more often than may be, however many come at once', async () => {
      const from = address();
      let judged = 0;
      const judge = async (): Promise<never> => {
        judged += 1;
        return wrong();
      };
      const tries = Array.from({ length: 25 }, () => throttle.attempt(from, `user ${from}`, judge));
      const outcomes = await Promise.allSettled(tries);
      expect(judged).toBe(10);
      expect(
        outcomes.filter((each) => each.status === 'rejected' && each.reason.code === held.code),
      ).toHaveLength(15);
    });

    it('of one account from one address do not keep out who comes from another', async () => {
      const [attacker, owner] = [address(), address()];
      const subject = `user ${attacker}`;
      for (let i = 0; i < 12; i += 1) await throttle.attempt(attacker, subject, wrong).catch(() => undefined);
      await expect(throttle.attempt(attacker, subject, async () => 'in')).rejects.toMatchObject(held);
      await expect(throttle.attempt(owner, subject, async () => 'in')).resolves.toBe('in');
    });

    it('of one account from everywhere slow it down, and still let its owner in', async () => {
      const subject = `user everywhere ${address()}`;
      const aSecond = [{ ms: 1_000, end: expect.any(Function) }];
      const paused = (what: string) =>
        waitFor(() => pauses.length > 0, { deadlineMs: 10_000, what: `${what} is slowed down` });
      const tries = Array.from({ length: 51 }, () => throttle.attempt(address(), subject, wrong));
      await paused('the 51st');
      expect(pauses).toEqual(aSecond);
      pauses.pop()!.end();
      await Promise.allSettled(tries);
      let judged = 0;
      const owner = throttle.attempt(address(), subject, async () => (judged += 1));
      await paused('its owner');
      expect({ pauses, judged }).toEqual({ pauses: aSecond, judged: 0 });
      pauses.pop()!.end();
      await expect(owner).resolves.toBe(1);
      const lines = logged.filter(
        ({ message }) => message === 'one key or account tried from many addresses',
      );
      expect(lines).toHaveLength(1);
    });

    it('that turn out well, or are nobody’s fault, count for nothing', async () => {
      const from = address();
      const subject = `user ${from}`;
      for (let i = 0; i < 40; i += 1) await throttle.attempt(from, subject, async () => 'in');
      const away = async (): Promise<never> => {
        throw new Error('the database is away');
      };
      for (let i = 0; i < 40; i += 1)
        await expect(throttle.attempt(from, subject, away)).rejects.toThrow('away');
      await expect(throttle.attempt(from, subject, async () => 'in')).resolves.toBe('in');
    });

    it('are logged once for a window, not once each', async () => {
      const from = address();
      for (let i = 0; i < 60; i += 1) await throttle.refused(from, refusal(`key ${from}`));
      expect(logged.map(({ 'log.level': level, message }) => `${level} ${message}`)).toEqual([
        'info credentials refused',
        'warn one key or account tried too often from one address',
        'warn credentials tried too often from one address',
      ]);
    });

    it(`are ${place === 'memory' ? 'not ' : ''}counted together with those of another process`, async () => {
      const from = address();
      const other = await open();
      for (let i = 0; i < 30; i += 1) await throttle.refused(from, refusal(`key ${i}${from}`));
      const answer = await other.refused(from, refusal(`key x${from}`));
      expect(answer.code === held.code).toBe(place === 'Redis');
    });
  });
}

describeWhen(hasRedis(), 'there is no redis-server here')('without its Redis', () => {
  it('each process counts for itself', async () => {
    const gone = await testRedis();
    const logger = createLogger('test', { level: 'silent' });
    const limiters = await AttemptLimiters.create({ redisUrl: gone.url, logger });
    await gone.close();
    const limiter = limiters.limiter({ name: 'test', max: 2, windowSeconds: 60 });
    const counted = [];
    for (let i = 0; i < 3; i += 1) counted.push((await limiter.count('a')).isOver);
    expect(counted).toEqual([false, false, true]);
    await limiters.close();
  });
});
