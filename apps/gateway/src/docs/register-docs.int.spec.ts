import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fixture, startFixture } from '../testing/start-fixture.js';
import { PAGES } from './pages.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

/** Without a key, as a browser asks. */
const open = async (path: string) => {
  const response = await fetch(`${fixture.url}${path}`);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('the documents', () => {
  it('are the committed API document, without a key', async () => {
    const { status, text } = await open('/openapi.json');
    const committed: unknown = JSON.parse(
      readFileSync(new URL('../../../../openapi/gateway.json', import.meta.url), 'utf8'),
    );
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(committed);
  });

  it('are pages whose every part comes from here, under a policy that allows nothing else', async () => {
    const page = await open('/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part ?? '');
    expect(parts).toHaveLength(3);
    for (const part of parts) {
      const { status, text } = await open(new URL(part, `${fixture.url}/docs`).pathname);
      expect({ part, status, size: text.length > 50 }).toEqual({ part, status: 200, size: true });
    }
    expect(page.text).not.toMatch(/https?:|<script>|onload=/);
  });

  it('explain every problem at its type', async () => {
    const problem = JSON.parse((await open('/v1/instruments')).text) as { type: string };
    const target = new URL(problem.type, fixture.url);
    const { status, text } = await open(target.pathname);
    expect(status).toBe(200);
    expect(text).toContain(`id="${target.hash.slice(1)}"`);
  });

  it('lead to nothing that is not there, and are led to by the description of the API', async () => {
    const links = (text: string, from: string) =>
      [...text.matchAll(/<a href="([^"]+)"/g)]
        .map(([, href = '']) => new URL(href, from))
        .filter(({ origin }) => origin === new URL(fixture.url).origin);
    for (const name of PAGES) {
      const from = `${fixture.url}/docs/${name}`;
      const { status, text } = await open(`/docs/${name}`);
      expect({ name, status }).toEqual({ name, status: 200 });
      for (const { pathname, hash } of links(text, from)) {
        const target = await open(pathname);
        expect({ name, pathname, status: target.status }).toEqual({ name, pathname, status: 200 });
        if (hash !== '') expect(target.text).toContain(`id="${hash.slice(1)}"`);
      }
    }
    const { text: description } = await open('/openapi.json');
    const named = [...description.matchAll(/[ (`]\/docs\/([a-z-]+)/g)].map(([, name]) => name);
    expect(PAGES).toEqual(expect.arrayContaining([...new Set(named)]));
    expect(description).not.toMatch(/docs\/[a-z-]+\.md/);
  });

  it.each(['/docs/assets/package.json', '/docs/assets/..%2fpackage.json', '/docs/assets/%00', '/docs/x'])(
    'do not give away %s',
    async (path) => {
      const { status, text } = await open(path);
      expect(status).toBe(404);
      expect(JSON.parse(text)).toMatchObject({ code: 'request.not_found' });
    },
  );
});
