import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { z } from 'zod';

const TIMEOUT_MS = 5_000;

/** An answer of Vault that is not the one wanted; the status is undefined when there was none. */
export class VaultError extends Error {
  constructor(
    readonly status: number | undefined,
    message: string,
    readonly retryAfterMs = 0,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Vault is away, sealed (503), not the active node, or wants us to slow down (429): the same may succeed later. */
  get isPassing(): boolean {
    const { status } = this;
    return status === undefined || status === 412 || status === 429 || status >= 500 || status < 400;
  }
}

export interface VaultRequest {
  readonly method?: 'GET' | 'POST';
  /** Below `/v1/`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

const Errors = z.object({ errors: z.array(z.string()) });

/** Vault's HTTP API: one request, one answer that fits the schema, or a {@link VaultError}. Nothing of either is kept. */
export class VaultClient {
  readonly #agent: Agent;

  /** @param caFile PEM file; undefined: the authorities that Node knows */
  constructor(
    private readonly address: string,
    caFile: string | undefined,
  ) {
    const connect = { timeout: TIMEOUT_MS, ...(caFile && { ca: readFileSync(caFile, 'utf8') }) };
    this.#agent = new Agent({ connect, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  }

  /** @throws VaultError */
  async send<S extends z.ZodType>(
    schema: S,
    { method = 'GET', path, token, body }: VaultRequest,
  ): Promise<z.output<S>> {
    const what = `${method} ${path}`;
    const { status, headers, text } = await this.#exchange(what, {
      method,
      path: `${new URL(this.address).pathname.replace(/\/$/, '')}/v1/${path}`,
      headers: { 'X-Vault-Request': 'true', ...(token && { 'X-Vault-Token': token }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const content = jsonOf(text);
    if (status !== 200 && status !== 204) throw refusalOf(what, status, content, headers['retry-after']);
    const parsed = schema.safeParse(content);
    if (parsed.success) return parsed.data;
    // What it said may hold a secret, so only the places are named.
    const places = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new VaultError(status, `Vault answered ${what} without ${places}`);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #exchange(what: string, options: Omit<Parameters<Agent['request']>[0], 'origin'>) {
    try {
      const { origin } = new URL(this.address);
      const { statusCode, headers, body } = await request(origin, {
        ...options,
        dispatcher: this.#agent,
      });
      return { status: statusCode, headers, text: await body.text() };
    } catch (error) {
      const reason = (error as Error).message || (error as { code?: string }).code;
      throw new VaultError(undefined, `Vault did not answer ${what}: ${reason}`, 0, { cause: error });
    }
  }
}

function refusalOf(what: string, status: number, content: unknown, retryAfter: unknown): VaultError {
  const reason = Errors.safeParse(content).data?.errors.join('; ') || `status ${status}`;
  return new VaultError(status, `Vault refused ${what}: ${reason}`, Number(retryAfter ?? 0) * 1_000 || 0);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // 204, or something in between that is not Vault
  }
}
