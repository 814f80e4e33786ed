import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, request as send, type Dispatcher } from 'undici';
import { type AddressPolicy, isLoopback } from './address-policy.js';
import { fetchErrorOf, GuardedFetchError } from './guarded-fetch.error.js';
import { hostResolver, type ResolveHost } from './resolve-host.js';

const RESOLVE_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 4_000;
const MAX_HEADER_BYTES = 16 * 1024;
const CONNECTIONS_PER_ORIGIN = 8;
const MAX_ORIGINS = 2_000;
/** Where the Internet serves HTTPS. Networks that the configuration allows may be reached on any port. */
const PUBLIC_PORTS: ReadonlySet<string> = new Set(['443', '8443']);

export interface GuardedRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the question for the address to the last byte that is read. */
  readonly timeoutMs: number;
  /** So much of the answer is read; the connection is given up then. */
  readonly maxBytes: number;
}

export interface GuardedResponse {
  readonly status: number;
  /** Names in lower case; of several of a name the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The answer was longer than what was read of it. */
  readonly truncated: boolean;
}

export interface GuardedFetchOptions {
  readonly policy: AddressPolicy;
  /** Default: asks the name servers of the system. */
  readonly resolve?: ResolveHost;
}

/**
 * HTTP requests to addresses that somebody else chose. The address is judged when the connection is made, and the
 * connection goes to what was judged: a name that changes its answer in between gains nothing, nor does one written as a
 * number. A name with one address that may not be reached is refused as a whole. Redirects are answers like any other
 * and never followed, proxies of the environment are not used, and plain HTTP goes to loopback only, if that is allowed.
 */
export class GuardedFetch {
  readonly #agent: Agent;
  readonly #policy: AddressPolicy;
  readonly #resolve: ResolveHost;

  constructor({ policy, resolve = hostResolver() }: GuardedFetchOptions) {
    this.#policy = policy;
    this.#resolve = resolve;
    this.#agent = new Agent({
      connect: (options, callback) => void this.#connect(options, callback),
      connections: CONNECTIONS_PER_ORIGIN,
      maxOrigins: MAX_ORIGINS,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      allowH2: false,
    });
  }

  /** @throws GuardedFetchError when there is no answer, or it may not be asked for */
  async request(request: GuardedRequest): Promise<GuardedResponse> {
    const target = targetOf(request.url);
    const signal = AbortSignal.timeout(request.timeoutMs);
    const answer = this.#send(target, request, signal);
    answer.catch(() => undefined); // nobody may be left to hear of it
    try {
      // A signal alone ends no request that waits for its connection.
      return await Promise.race([answer, ended(signal)]);
    } catch (error) {
      throw fetchErrorOf(error);
    }
  }

  /** Ends at once whatever goes on. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #send(
    target: URL,
    { method, headers, body, maxBytes }: GuardedRequest,
    signal: AbortSignal,
  ): Promise<GuardedResponse> {
    const options = { dispatcher: this.#agent, method, headers: { ...headers }, body: body ?? null, signal };
    const response = await send(target, options);
    const read = await readUpTo(response.body, maxBytes);
    return { status: response.statusCode, headers: firstOf(response.headers), ...read };
  }

  async #connect(options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> {
    try {
      const addresses = await this.#addressesOf(options);
      const connect = buildConnector({
        timeout: CONNECT_TIMEOUT_MS,
        lookup: answering(addresses),
        autoSelectFamily: true,
      });
      connect(options, callback);
    } catch (error) {
      callback(error as Error, null);
    }
  }

  /** The addresses that the connection may go to; all of them have been judged. */
  async #addressesOf({
    hostname,
    port,
    protocol,
  }: buildConnector.Options): Promise<readonly LookupAddress[]> {
    const addresses = await this.#resolved(hostname);
    for (const { address } of addresses) {
      const verdict = this.#policy.judge(address);
      if (verdict === 'refused') throw refused('it leads to an address that is not public');
      if (verdict === 'public' && !PUBLIC_PORTS.has(port || '443')) {
        throw refused(`its port is not among ${[...PUBLIC_PORTS].join(', ')}`);
      }
      if (protocol === 'http:' && !isLoopback(address)) throw refused('it is not HTTPS');
    }
    return addresses;
  }

  async #resolved(hostname: string): Promise<readonly LookupAddress[]> {
    const signal = AbortSignal.timeout(RESOLVE_TIMEOUT_MS);
    try {
      const addresses = await Promise.race([this.#resolve(hostname), ended(signal)]);
      if (addresses.length > 0) return addresses;
    } catch (error) {
      if (signal.aborted) throw fetchErrorOf(error);
      const { code } = error as NodeJS.ErrnoException;
      throw new GuardedFetchError('dns', `the host name has no address: ${code ?? 'unknown'}`, {
        cause: error,
      });
    }
    throw new GuardedFetchError('dns', 'the host name has no address');
  }
}

/** Rejects with the reason of the signal. */
function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function targetOf(url: string): URL {
  const target = URL.parse(url);
  if (target?.protocol === 'https:' || target?.protocol === 'http:') return target;
  throw refused('it is no HTTPS address');
}

function refused(reason: string): GuardedFetchError {
  return new GuardedFetchError('refused', `this address is not called: ${reason}`);
}

/** A lookup that knows one answer: what was judged. The socket asks nobody else. */
function answering(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first!.address, first!.family); // there is at least one
  };
}

async function readUpTo(
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
): Promise<Pick<GuardedResponse, 'body' | 'truncated'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break; // which also gives up the connection
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes), truncated: size > maxBytes };
}

function firstOf(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value[0] : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, string>;
}
