import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import pg from 'pg';

const ANSWER_MS = 3_000;

/** Who one is, and whom one trusts; PEM. */
export interface Identity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Whether somebody was let in, and what was said otherwise. */
export interface Answer {
  readonly let: boolean;
  readonly said: string;
}

/** Logs in and asks one thing. */
export async function askPostgres(options: pg.ClientConfig): Promise<Answer> {
  // `pg` hides the key in the object that it is given.
  const ssl = typeof options.ssl === 'object' ? { ...options.ssl } : false;
  const client = new pg.Client({ ...options, ssl, port: 5432, connectionTimeoutMillis: ANSWER_MS });
  client.on('error', () => undefined); // the query fails, too
  try {
    await client.connect();
    await client.query('SELECT 1');
    return { let: true, said: '' };
  } catch (error) {
    return { let: false, said: (error as Error).message };
  } finally {
    void client.end().catch(() => undefined); // of a connection that is gone it never ends
  }
}

/** Whether an address answers with 2xx, over TLS when it says https. */
export function askHttp(
  url: string,
  identity: Partial<Identity>,
  { method = 'GET', body = '' }: { method?: string; body?: string } = {},
): Promise<Answer> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const refused = (error: Error): void => resolve({ let: false, said: error.message });
    const asked = send(url, { ...identity, method, agent: false, timeout: ANSWER_MS }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      response.on('end', () => resolve({ let: status >= 200 && status < 300, said: `status ${status}` }));
      response.on('error', refused);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', refused);
    asked.on('close', () => refused(new Error('the connection was closed')));
    asked.end(body);
  });
}
