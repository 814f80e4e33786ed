import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLE_PERMISSIONS } from '@btcforecast/access';
import { Problem, ROLES, type Permission, type Role } from '@btcforecast/contracts';
import { REQUEST_EXAMPLES } from '../docs/examples.js';
import { describeApi } from '../docs/describe-api.js';
import { askApi } from '../testing/api-caller.js';
import { ROUTE_SAMPLES, sampleOf } from '../testing/route-samples.js';
import { type Fixture, startFixture } from '../testing/start-fixture.js';

interface Operation {
  readonly security?: unknown[];
  readonly 'x-permission'?: Permission;
}
interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** undefined: public. */
  readonly permission: Permission | undefined;
}

/** Every route of the API document, with what it says of itself. */
const routesOf = (document: { paths: object }): Route[] =>
  Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, operation]) => {
      const method = verb.toUpperCase();
      return { name: `${method} ${path}`, method, path, permission: operation['x-permission'] };
    }),
  );
const ROUTES = routesOf(await describeApi());

let fixture: Fixture;
const keys = new Map<string, string>();
beforeAll(async () => {
  fixture = await startFixture();
  for (const tenant of ['default', 'other']) {
    for (const role of ROLES) keys.set(`${tenant} ${role}`, await fixture.addKey({ tenant, roles: [role] }));
  }
});
afterAll(() => fixture.close());

async function ask({ name, method, path }: Route, key: string | undefined, params: Record<string, string>) {
  const address = path.replace(/\{(\w+)\}/g, (_, parameter: string) => params[parameter] ?? '');
  const body = REQUEST_EXAMPLES[name];
  const response = await fetch(`${fixture.url}${address}`, {
    method,
    headers: {
      accept: 'application/json, application/problem+json', // on /v2 too, where errors have another form
      ...(key && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type') ?? '';
  const isEndless = type.startsWith('text/event-stream');
  const text = isEndless ? '' : await response.text();
  if (isEndless) await response.body?.cancel();
  return { status: response.status, problem: /problem/.test(type) ? Problem.parse(JSON.parse(text)) : null };
}
const asked = async (route: Route, key: string | undefined) =>
  ask(route, key, { ...(await sampleOf(fixture, route.path)).params });
const may = (role: Role, permission: Permission): boolean => ROLE_PERMISSIONS[role].includes(permission);

const guarded = ROUTES.filter((route) => route.permission !== undefined);
const isPublic = ({ permission }: Route): boolean => permission === undefined;

describe('the authorisation matrix', () => {
  it('is made from the document that the gateway serves, in which every route says what it needs', async () => {
    const served = (await (await fetch(`${fixture.url}/openapi.json`)).json()) as { paths: object };
    expect(routesOf(served)).toEqual(ROUTES);
    expect(guarded.length).toBeGreaterThan(20);
    const open = Object.entries(served.paths as Record<string, Record<string, Operation>>).flatMap(
      ([path, item]) =>
        Object.entries(item).flatMap(([verb, { security }]) =>
          security?.length === 0 ? [`${verb.toUpperCase()} ${path}`] : [],
        ),
    );
    expect(open.sort()).toEqual(
      ROUTES.filter(isPublic)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('knows sample parameters for every path, and for none that is not there', () => {
    const paths = new Set(ROUTES.map(({ path }) => path).filter((path) => path.includes('{')));
    expect(Object.keys(ROUTE_SAMPLES).sort()).toEqual([...paths].sort());
  });

  // First: later on the other tenant's own audit log says which ids it has asked for.
  it('shows in no list what belongs to another tenant: keys, clients, users, webhooks, alerts, jobs, usage, audit', async () => {
    const ids: string[] = [];
    for (const path of Object.keys(ROUTE_SAMPLES)) {
      const { owner, params } = await sampleOf(fixture, path);
      if (owner === 'default') ids.push(...Object.values(params));
    }
    const lists = guarded.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
    const shown = async (key: string | undefined, address: string) => {
      const { text } = await askApi(fixture, 'GET', address, { key: key ?? null });
      return {
        found: ids.filter((id) => text.includes(id)),
        tells: text.includes('"tenant":"default"'),
      };
    };
    let seenByOwner = 0;
    for (const { path, permission } of lists) {
      seenByOwner += (await shown(keys.get('default admin'), path)).found.length;
      for (const role of ROLES.filter((each) => may(each, permission!))) {
        if (role === 'admin' && path.startsWith('/v1/audit')) continue; // who runs the installation sees all of it
        const own = await shown(keys.get(`other ${role}`), path);
        expect({ path, role, ...own }).toMatchObject({ path, role, found: [], tells: false });
        if (role === 'admin') continue;
        const named = await shown(keys.get(`other ${role}`), `${path}?tenant=default`);
        expect({ path, role, ...named }).toMatchObject({ path, role, found: [], tells: false });
      }
    }
    expect(seenByOwner).toBeGreaterThanOrEqual(6);
  });

  it.each(guarded.map((route) => [route.name, route] as const))('%s needs credentials', async (_, route) => {
    expect(await asked(route, undefined)).toMatchObject({
      status: 401,
      problem: { code: 'access.unauthenticated' },
    });
  });

  it.each(guarded.map((route) => [route.name, route] as const))(
    '%s is for the roles that have its permission, and for no other',
    async (_, route) => {
      const permission = route.permission!;
      for (const role of ROLES) {
        const { status, problem } = await asked(route, keys.get(`default ${role}`));
        const found = { role, refused: status === 403 || status === 401, detail: problem?.detail };
        if (may(role, permission)) expect(found).toMatchObject({ role, refused: false });
        else
          expect(found).toEqual({ role, refused: true, detail: expect.stringContaining(` ${permission},`) });
      }
    },
  );

  it.each(guarded.map((route) => [route.name, route] as const))(
    '%s shows another tenant nothing of ours, and says so as if it were not there',
    async (_, route) => {
      const { owner, params } = await sampleOf(fixture, route.path);
      if (owner === 'nobody') return;
      for (const role of ROLES.filter((each) => may(each, route.permission!))) {
        const { status, problem } = await ask(route, keys.get(`other ${role}`), { ...params });
        expect({ role, status, code: problem?.code }).toMatchObject({
          role,
          status: 404,
          code: expect.stringMatching(/\.not_found$/),
        });
      }
      const { status } = await ask(route, keys.get('default admin'), { ...params });
      expect(status).toBeLessThan(300);
    },
  );

  it.each(guarded.map((route) => [route.name, route] as const))(
    '%s is closed to a key that was narrowed to everything else',
    async (_, route) => {
      const scopes = ROLE_PERMISSIONS.admin.filter((permission) => permission !== route.permission);
      const { status } = await asked(route, await fixture.addKey({ roles: ['admin'], scopes }));
      expect(status).toBe(403);
    },
  );

  it.each(ROUTES.filter(isPublic).map((route) => [route.name, route] as const))(
    '%s needs no credentials',
    async (_, route) => {
      const { status, problem } = await asked(route, undefined);
      expect([status, problem?.code]).not.toEqual([401, 'access.unauthenticated']);
      expect(status).not.toBe(403);
    },
  );
});
