import { AppError } from '@btcforecast/platform';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';

export interface MlflowServer {
  /** Of the tracking server, as MLFLOW_TRACKING_URI states it. */
  readonly uri: string;
  readonly token?: string;
  /** Of one request; default 10 s. */
  readonly timeoutMs?: number;
  /** Before the first repetition; doubled each time; default 200 ms. */
  readonly pauseMs?: number;
}

/** What an MLflow server answers when it refuses, by its own code. */
export class MlflowRefusal extends Error {
  override readonly name = 'MlflowRefusal';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const API = '/api/2.0/mlflow/';
const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts/';
const TIMEOUT_MS = 10_000;
const PAUSE_MS = 200;
const REPETITIONS = 2;
const TOO_MANY_REQUESTS = 429;
const MAX_TEXT = 300;

type Fields = Readonly<Record<string, unknown>>;

/** MLflow's REST interface, version 2.0, as far as a mirror needs it. */
export class MlflowClient {
  readonly #base: string;
  readonly #retry;

  constructor(private readonly server: MlflowServer) {
    this.#base = server.uri.replace(/\/+$/, '');
    const backoff = new ExponentialBackoff({ initialDelay: server.pauseMs ?? PAUSE_MS });
    this.#retry = retry(
      handleWhen((error) => error instanceof AppError && error.kind === 'transient'),
      { maxAttempts: REPETITIONS, backoff },
    );
  }

  /**
   * @throws MlflowRefusal when the server says no; AppError mlflow.unavailable: transient when it is away, caller when
   *   it does not let us in or is no MLflow server
   */
  get(path: string, query: Readonly<Record<string, string>> = {}): Promise<Fields> {
    return this.#call(`${API}${path}?${new URLSearchParams(query)}`, { method: 'GET' });
  }

  /** @throws as get */
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object): Promise<Fields> {
    const headers = { 'content-type': 'application/json' };
    return this.#call(`${API}${path}`, { method, headers, body: JSON.stringify(body) });
  }

  /** Stores a file through the server, below a path of its artifacts. @throws as get */
  async upload(path: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const place = path.split('/').map(encodeURIComponent).join('/');
    const headers = { 'content-type': 'application/octet-stream' };
    await this.#call(`${ARTIFACTS}${place}`, { method: 'PUT', headers, body: content });
  }

  #call(path: string, init: RequestInit): Promise<Fields> {
    return this.#retry.execute(() => this.#once(path, init));
  }

  async #once(path: string, init: RequestInit): Promise<Fields> {
    const { status, text } = await this.#fetch(path, init);
    const body = fieldsOf(text);
    if (status >= 200 && status < 300 && body) return body;
    const what = `MLflow answered ${status} to ${init.method} ${path.split('?')[0]}: ${text.slice(0, MAX_TEXT)}`;
    if (status >= 500 || status === TOO_MANY_REQUESTS)
      throw unavailable('transient', `${what}; try again later`);
    if (status === 401 || status === 403) {
      throw unavailable('caller', `${what}; check MLFLOW_TRACKING_TOKEN and what it may do`);
    }
    if (typeof body?.['error_code'] === 'string') throw new MlflowRefusal(body['error_code'], what);
    throw unavailable('caller', `${what}; check that MLFLOW_TRACKING_URI is the address of an MLflow server`);
  }

  async #fetch(path: string, init: RequestInit): Promise<{ status: number; text: string }> {
    const { token, timeoutMs = TIMEOUT_MS } = this.server;
    const headers = { ...init.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) };
    try {
      const response = await fetch(`${this.#base}${path}`, {
        ...init,
        headers,
        redirect: 'manual', // a redirected POST would arrive as a GET, and the token elsewhere
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw unavailable('transient', `MLflow cannot be reached: ${reason}; it is tried again`, error);
    }
  }
}

function fieldsOf(text: string): Fields | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null; // no MLflow server speaks so
  }
}

function unavailable(kind: 'caller' | 'transient', message: string, cause?: unknown): AppError {
  return new AppError(kind, 'mlflow.unavailable', message, {}, { cause });
}
