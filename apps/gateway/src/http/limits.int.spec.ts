import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLE_PERMISSIONS } from '@btcforecast/access';
import type { Permission } from '@btcforecast/contracts';
import { waitFor } from '@btcforecast/testing';
import { describeApi } from '../docs/describe-api.js';
import { OPERATION_EXAMPLES, REQUEST_EXAMPLES } from '../docs/examples.js';
import { askApi } from '../testing/api-caller.js';
import { sampleOf } from '../testing/route-samples.js';
import { type Fixture, type KeyOptions, startFixture } from '../testing/start-fixture.js';

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema?: object;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly 'x-permission'?: Permission;
}

const document = await describeApi();
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(
    ([verb, operation]) => [`${verb.toUpperCase()} ${path}`, operation] as const,
  ),
);
/** A schema with what it refers to, as text. */
const textOf = (schema: object): string =>
  JSON.stringify(schema).replace(/"#\/components\/schemas\/(\w+)"/g, (_, name: string) =>
    textOf(document.components?.schemas?.[name] ?? {}),
  );
const namesBody = ({ requestBody }: Operation, field: string): boolean =>
  requestBody !== undefined &&
  textOf(requestBody.content['application/json']?.schema ?? {}).includes(`"${field}":`);
const isNamed =
  (place: string, name: RegExp) =>
  ({ parameters = [] }: Operation): boolean =>
    parameters.some((each) => each.in === place && name.test(each.name));
const INSTRUMENT_PATH = /\{instrument\}|\/instruments\/\{id\}/;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

const keyOf = (options: KeyOptions): Promise<string> => fixture.addKey({ roles: ['admin'], ...options });
async function ask(name: string, key: string, query = '') {
  const [method = '', path = ''] = name.split(' ');
  const { params } = await sampleOf(fixture, path);
  const address = path.replace(/\{(\w+)\}/g, (_, parameter: string) => params[parameter] ?? '');
  const { status, body: reply } = await askApi(fixture, method, `${address}${query}`, {
    key,
    body: REQUEST_EXAMPLES[name],
  });
  return { status, code: reply['code'], detail: String(reply['detail']), reply };
}
const refused = (what: string) => ({
  status: 403,
  code: 'access.forbidden',
  detail: expect.stringContaining(`limited to the ${what} `),
});

describe('a key for some instruments', () => {
  const named = operations.filter(([name]) => INSTRUMENT_PATH.test(name));

  it.each(named)('asks %s about those alone', async (name) => {
    const reply = await ask(name, await keyOf({ instruments: ['ETH-USD'] }));
    expect(reply).toMatchObject(refused('instruments'));
    expect((await ask(name, await keyOf({ instruments: ['BTC-USD', 'ETH-USD'] }))).status).not.toBe(403);
  });

  const inBody = operations.filter(([, operation]) => namesBody(operation, 'instrument'));

  it.each(inBody)('sends %s about those alone', async (name) => {
    const body = REQUEST_EXAMPLES[name] as { instrument?: string };
    // A change that leaves the instrument as it is says nothing of it: then what is to be changed is not to be found.
    const isNamed = JSON.stringify(body).includes('"instrument"') || !name.startsWith('PATCH');
    const expected = isNamed ? refused('instruments') : { status: 404 };
    expect(await ask(name, await keyOf({ instruments: ['DOGE-USD'] }))).toMatchObject(expected);
    const own = await keyOf({ instruments: ['DOGE-USD', body.instrument ?? 'BTC-USD'] });
    expect((await ask(name, own)).status).not.toBe(403);
  });

  it('is not helped by leaving an instrument out that has a default', async () => {
    const response = await fetch(`${fixture.url}/v1/backtests`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await keyOf({ instruments: ['ETH-USD'] })}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ from: '2024-06-13', to: '2024-06-14' }),
    });
    expect(response.status).toBe(403);
  });

  it('is not helped by how the address is written', async () => {
    const key = await keyOf({ instruments: ['ETH-USD'] });
    await fixture.get('/v1/forecasts/BTC-USD?horizon=24h');
    for (const path of ['BTC%2DUSD', '%42TC-USD', 'BTC-USD?horizon=24h', 'BTC-USD?', 'BTC-USD#x']) {
      const { status } = await fixture.get(`/v1/forecasts/${path}`, { authorization: `Bearer ${key}` });
      expect({ path, status }).toEqual({ path, status: 403 });
    }
  });
});

describe('a key for some horizons', () => {
  const named = operations.filter(([, operation]) => isNamed('query', /^horizons?$/)(operation));

  it.each(named)('asks %s about those alone, and the default counts', async (name, { parameters = [] }) => {
    const key = await keyOf({ horizons: ['4h'] });
    const event = name.includes('/probability') ? '&above=1' : '';
    const hasDefault = parameters.some(({ schema }) => 'default' in (schema ?? {}));
    // A stream without horizons is of those that one may see; it is narrowed there.
    if (hasDefault) expect(await ask(name, key, `?${event.slice(1)}`)).toMatchObject(refused('horizons'));
    expect(await ask(name, key, `?horizon=1h${event}`)).toMatchObject(refused('horizons'));
    expect((await ask(name, key, `?horizon=4h${event}`)).status).not.toBe(403);
  });

  it.each(operations.filter(([, operation]) => namesBody(operation, 'horizons')))(
    'sends %s about those alone',
    async (name) => {
      const body = REQUEST_EXAMPLES[name] as { horizons?: string[] };
      if (body.horizons === undefined) return;
      expect(await ask(name, await keyOf({ horizons: ['168h'] }))).toMatchObject(refused('horizons'));
    },
  );

  it.each([
    ['4h,24h', 403],
    ['24h,4h', 403],
    ['4h%2C%2024h', 403],
    ['%34h', 200],
    ['4h&horizon=24h', 400],
    ['24h&horizon=4h', 400],
    ['4H', 400],
    ['4h&Horizon=24h', 400],
  ])('is answered %s with %i, whether or not it is in memory', async (horizon, expected) => {
    const key = await keyOf({ horizons: ['4h'] });
    for (let i = 0; i < 2; i += 1) {
      await fixture.get(`/v1/forecasts/BTC-USD?horizon=${horizon}`);
      const { status } = await fixture.get(`/v1/forecasts/BTC-USD?horizon=${horizon}`, {
        authorization: `Bearer ${key}`,
      });
      expect(status).toBe(expected);
    }
  });

  it('gets what is in memory, but not the default horizon that is there too', async () => {
    const key = await keyOf({ horizons: ['4h'] });
    const asked = async (path: string, by = key) => {
      const { status, headers } = await fixture.get(path, { authorization: `Bearer ${by}` });
      return [status, headers.get('cache-status')];
    };
    // What is in memory is asked for anew whenever events may have been missed, at any time.
    const isHit = async (path: string, by?: string) => (await asked(path, by))[1] === 'btcforecast; hit';
    const inMemory = (path: string, by?: string) =>
      waitFor(() => isHit(path, by), { deadlineMs: 10_000, what: `${path} is in memory` });
    await inMemory('/v1/forecasts/BTC-USD', fixture.key);
    expect(await asked('/v1/forecasts/BTC-USD')).toEqual([403, null]);
    await inMemory('/v1/forecasts/BTC-USD?horizon=4h', fixture.key);
    await inMemory('/v1/forecasts/BTC-USD?horizon=4h');
  });
});

describe('a key with limits', () => {
  it('sees in no list what is beyond them, on any route', async () => {
    const beyond = (value: unknown): unknown[] => {
      if (Array.isArray(value)) return value.flatMap(beyond);
      if (typeof value !== 'object' || value === null) return [];
      const { instrument, horizon } = value as Record<string, unknown>;
      const isBeyond =
        (typeof instrument === 'string' && instrument !== 'DOGE-USD') ||
        (typeof horizon === 'string' && horizon !== '168h');
      return [...(isBeyond ? [value] : []), ...Object.values(value).flatMap(beyond)];
    };
    const limits = { instruments: ['DOGE-USD'], horizons: ['168h'] };
    const seen = operations.filter(([name]) => name.startsWith('GET ') && !INSTRUMENT_PATH.test(name));
    expect(seen.some(([name]) => beyond(OPERATION_EXAMPLES[name]).length > 0)).toBe(true);
    for (const [name, operation] of seen) {
      const permission = operation['x-permission'];
      if (permission === undefined || !ROLE_PERMISSIONS.admin.includes(permission)) continue;
      const { reply } = await ask(name, await keyOf(limits));
      expect({ name, beyond: beyond(reply) }).toEqual({ name, beyond: [] });
    }
  });

  it('is shown the instruments that it may ask about', async () => {
    const ids = async (options: KeyOptions) => {
      const { reply } = await ask('GET /v1/instruments', await keyOf(options));
      return (reply['data'] as { id: string }[]).map(({ id }) => id);
    };
    expect(await ids({})).toEqual(['BTC-USD', 'ETH-USD']);
    expect(await ids({ instruments: ['ETH-USD', 'SOL-USD'], horizons: ['1h'] })).toEqual(['ETH-USD']);
  });

  it('does not read the track record, which nothing can be left out of', async () => {
    const { status, detail } = await ask('GET /v1/track-record', await keyOf({ horizons: ['24h'] }));
    expect({ status, detail }).toEqual({ status: 403, detail: expect.stringContaining('without limits') });
  });

  it('is asked for with its limits where a thing is named by its id', async () => {
    const limits = { instruments: ['BTC-USD'], horizons: ['24h'] };
    for (const name of [
      'GET /v1/forecasts/by-id/{id}',
      'POST /v1/forecasts/by-id/{id}/reproduce',
      'GET /v1/track-record/proof/{id}',
    ]) {
      await ask(name, await keyOf(limits));
      expect(fixture.peer().state.lastBody).toMatchObject({ limits });
    }
    await ask('GET /v1/backtests', await keyOf(limits));
    expect(fixture.peer().state.lastBody).toMatchObject({ asker: { tenant: 'default', ...limits } });
  });
});
