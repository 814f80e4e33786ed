import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { StreamEvent } from '@btcforecast/contracts';
import { ApiKeyEntity } from '@btcforecast/database';
import { describeWhen, freePort, repositoryRoot, waitFor } from '@btcforecast/testing';
import { startStreamFixture, type StreamFixture } from '../testing/stream-fixture.js';

const built = existsSync(join(repositoryRoot, 'apps/cli/dist/listen/run-listen.js'));
const IN_TIME = { deadlineMs: 20_000 };

let fixture: StreamFixture;
let folder: string;
const running: Listening[] = [];

/** The command as people run it, a process of its own. */
class Listening {
  said = '';
  #printed = '';
  readonly #child: ChildProcess;

  constructor(args: readonly string[]) {
    const launcher = join(repositoryRoot, 'apps/cli/bin/btcf.mjs');
    this.#child = spawn(process.execPath, [launcher, 'listen', ...args], {
      env: { PATH: process.env['PATH'], BTCF_DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout!.on('data', (bytes: Buffer) => (this.#printed += bytes.toString()));
    this.#child.stderr!.on('data', (bytes: Buffer) => (this.said += bytes.toString()));
    running.push(this);
  }

  get lines(): string[] {
    return this.#printed.split('\n').slice(0, -1);
  }

  get closes(): number[] {
    return this.lines.map((line) => (JSON.parse(line) as { data: { close: number } }).data.close);
  }

  get code(): number | null {
    return this.#child.exitCode;
  }

  end(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

async function keyFile(key = fixture.key): Promise<string> {
  const file = join(folder, `${key.slice(5, 17)}.key`);
  await writeFile(file, `${key}\n`);
  return file;
}

/** Resolves when it listens. */
async function listening(args: readonly string[], url = fixture.url): Promise<Listening> {
  const one = new Listening(['--url', url, '--key-file', await keyFile(), ...args]);
  await waitFor(() => one.said.includes('listening to'), { ...IN_TIME, what: 'it listens' });
  return one;
}
const ended = (one: Listening) => waitFor(() => one.code !== null, { ...IN_TIME, what: 'it ends' });

describeWhen(built, 'the programs are not built')('btcf listen', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'btcf-listen-'));
    fixture = await startStreamFixture({ GATEWAY_STREAM_RECHECK_SECONDS: '1' });
  });
  afterEach(() => {
    for (const one of running.splice(0)) one.end('SIGKILL');
  });
  afterAll(async () => {
    await fixture?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('prints what happens and was asked for, a line each, for people and for programs', async () => {
    const [text, json] = await Promise.all([
      listening([]),
      listening(['--json', '--type', 'price,forecast', '--instrument', 'BTC-USD', '--horizon', '1h']),
    ]);
    await fixture.market.candle(95_000);
    await fixture.market.forecast('24h');
    const id = await fixture.market.forecast('1h');
    await fixture.market.outcome(id);
    await fixture.market.closeGap(await fixture.market.gap(), 'repaired');
    await waitFor(() => text.lines.length >= 5 && json.lines.length >= 2, { ...IN_TIME, what: 'the lines' });
    const events = json.lines.map((line) => StreamEvent.parse(JSON.parse(line)));
    expect(events.map(({ type }) => type).sort()).toEqual(['forecast', 'price']);
    const of = (type: string) => text.lines.find((line) => line.split(/ {2,}/)[1] === type);
    expect(of('price')).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  price +BTC-USD +1h +close 95000 of 2025-01-01/,
    );
    expect(of('forecast')).toMatch(
      / for 2025-01-0\d \d\d:00: [\d.]+, 80 % within [\d.]+ to [\d.]+, up \d+ %, har@1$/,
    );
    expect(of('outcome')).toMatch(/: 96000, within the 80 % of /);
    expect(of('gap')).toMatch(/ 2025-01-01 00:00 to 2025-01-01 02:00$/);
  });

  it('says at Ctrl-C where to go on, and goes on there', async () => {
    const first = await listening(['--json', '--type', 'price']);
    await fixture.market.candle(1);
    await waitFor(() => first.lines.length === 1, { ...IN_TIME, what: 'a line' });
    first.end('SIGINT');
    await ended(first);
    expect([first.code, first.said]).toEqual([
      0,
      expect.stringMatching(/stopped after 1 events; --since \d/),
    ]);
    const [, since = ''] = /--since (\S+)/.exec(first.said) ?? [];
    for (const close of [2, 3]) await fixture.market.candle(close);
    const second = await listening(['--json', '--type', 'price', '--since', since]);
    await waitFor(() => second.lines.length === 2, { ...IN_TIME, what: 'what it missed' });
    expect(second.closes).toEqual([2, 3]);
  });

  it('connects again by itself after a restart of the gateway, and misses and repeats nothing', async () => {
    const port = await freePort();
    const gateway = await fixture.second({ GATEWAY_PORT: port });
    const one = await listening(['--json', '--type', 'price'], gateway.url);
    await fixture.market.candle(1);
    await waitFor(() => one.lines.length === 1, { ...IN_TIME, what: 'a line' });
    await gateway.close();
    await waitFor(() => one.said.includes('connecting again'), { ...IN_TIME, what: 'it notices' });
    expect(one.said).toContain('the gateway ends the stream: shutdown');
    for (const close of [2, 3]) await fixture.market.candle(close);
    await fixture.second({ GATEWAY_PORT: port });
    await waitFor(() => one.said.includes('connected again'), { ...IN_TIME, what: 'it is back' });
    await fixture.market.candle(4);
    await waitFor(() => one.lines.length === 4, { ...IN_TIME, what: 'everything' });
    expect(one.closes).toEqual([1, 2, 3, 4]);
  });

  it('ends when it may listen no more, or never could, in the words of the API', async () => {
    const key = await fixture.addKey({});
    const url = ['--url', fixture.url];
    const revoked = new Listening([...url, '--key-file', await keyFile(key)]);
    await waitFor(() => revoked.said.includes('listening to'), { ...IN_TIME, what: 'it listens' });
    await fixture.dataSource.getRepository(ApiKeyEntity).update(key.slice(5, 17), { revokedAt: new Date() });
    const wrong = new Listening([...url, '--key-file', await keyFile(), '--type', 'quotes']);
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const alone = new Listening(['--url', nobody, '--key-file', await keyFile()]);
    for (const one of [revoked, wrong, alone]) await ended(one);
    expect([revoked, wrong, alone].map(({ code }) => code)).toEqual([1, 1, 1]);
    expect(revoked.said).toMatch(/the gateway ends the stream: credentials ended\n[^]*revoked or expired/);
    expect(wrong.said).toMatch(/^btcf: .*query.*\n$/);
    expect(alone.said).toContain(`the gateway at ${nobody} does not answer (ECONNREFUSED)`);
    expect([revoked, wrong, alone].every(({ lines }) => lines.length === 0)).toBe(true);
  });
});
