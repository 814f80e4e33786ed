import { gatewayTarget, type TargetOptions } from '../gateway/ask-gateway.js';
import { eventLine } from './event-line.js';
import { StreamFollower } from './stream-follower.js';

export interface ListenOptions extends TargetOptions {
  readonly type?: readonly string[];
  readonly instrument?: readonly string[];
  readonly horizon?: readonly string[];
  readonly interval?: readonly string[];
  readonly since?: string;
  readonly json?: boolean;
}

const FILTERS = ['type', 'instrument', 'horizon', 'interval'] as const;

/** `btcf listen`. Events go to the output, one line each; everything else that is to be said goes beside it. */
export async function listen(options: ListenOptions): Promise<void> {
  const target = gatewayTarget(options);
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const lineOf = options.json ? (text: string): string => text : eventLine;
  let count = 0;
  const follower = new StreamFollower({
    url: addressOf(target.url, options),
    key: target.key,
    since: options.since,
    onEvent: (text) => {
      count += 1;
      process.stdout.write(`${lineOf(text)}\n`);
    },
    onNote: note,
  });
  await follower.follow(stopped.signal);
  const { cursor } = follower;
  note(`stopped after ${count} events${cursor === undefined ? '' : `; --since ${cursor} goes on from here`}`);
}

function addressOf(url: string, options: ListenOptions): URL {
  const address = new URL('/v1/stream', url);
  for (const name of FILTERS) {
    const values = options[name];
    if (values) address.searchParams.set(name, values.join(','));
  }
  return address;
}

function note(text: string): void {
  process.stderr.write(`btcf: ${text}\n`);
}
