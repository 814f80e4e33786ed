import { expect } from '@jest/globals';
import { type Fixture, startFixture } from './start-fixture.js';

export type Init = RequestInit & { readonly key?: string | null };

export const post = (body: unknown, init: Init = {}): Init => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...init,
  headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
});

const FEATURES = { name: 'features', shape: [2, 3], datatype: 'FP64', data: [1, 2, 3, 4, 5, 6] };
const HOURS = { name: 'hour_of_day', shape: [2], datatype: 'FP64', data: [7, 8] };
/** A question to the peer's champion, and its answer. */
export const QUESTION = { id: '42', inputs: [FEATURES, HOURS] };
export const ANSWER = {
  model_name: 'har',
  model_version: '2',
  id: '42',
  outputs: [
    { name: 'quantiles', datatype: 'FP64', shape: [2, 2], data: [6, 7, 15, 8] },
    { name: 'sigma', datatype: 'FP64', shape: [2], data: [1, 4] },
  ],
};
export { FEATURES, HOURS };

/** A gateway whose /v2 is asked; without a key of its own a question has a developer's. */
export async function openRest() {
  const fixture: Fixture = await startFixture();
  const developer = await fixture.addKey({ roles: ['developer'] });
  const operator = await fixture.addKey({ roles: ['operator'] });

  const ask = (path: string, { key = developer, ...init }: Init = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (key !== null) headers.set('authorization', `Bearer ${key}`);
    return fetch(`${fixture.url}${path}`, { ...init, headers });
  };
  const json = async (path: string, init: Init = {}): Promise<unknown> => {
    const response = await ask(path, init);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    return response.json();
  };
  /** What every failure on /v2 must be: an HTTP error status, and exactly `{"error": string}`. */
  const failure = async (path: string, init: Init = {}) => {
    const response = await ask(path, init);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('content-type')).toBe('application/json');
    const body = (await response.json()) as { error: string };
    expect(Object.keys(body)).toEqual(['error']);
    expect(body.error.length).toBeGreaterThan(10);
    expect(body.error).not.toMatch(/ at .+:\d+|node_modules/);
    return { status: response.status, error: body.error, headers: response.headers };
  };
  /** The levers of the peer as they were. */
  const reset = () => {
    Object.assign(fixture.peer().state, { failure: undefined, delayMs: 0, isReady: true, inferMessages: [] });
  };
  return { fixture, developer, operator, ask, json, failure, reset };
}
export type Rest = Awaited<ReturnType<typeof openRest>>;
