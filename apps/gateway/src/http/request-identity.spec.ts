import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { instanceOf, loggedPath, requestIdOf } from './request-identity.js';

const request = (headers: Record<string, string>): IncomingMessage =>
  ({ headers }) as unknown as IncomingMessage;

describe('the identity of a request', () => {
  it('is what its sender gave, if that is fit to be written anywhere', () => {
    expect(requestIdOf(request({ 'x-request-id': 'order-4711' }))).toBe('order-4711');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        expect(requestIdOf(request({ 'x-request-id': id }))).toMatch(/^[\w.:-]{8,128}$/);
      }),
    );
  });

  it('is its trace when it names one, and a new one otherwise', () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    expect(requestIdOf(request({ traceparent: `00-${trace}-b7ad6b7169203331-01` }))).toBe(trace);
    const made = ['', '00-xyz', ''].map((traceparent) => requestIdOf(request({ traceparent })));
    expect(new Set(made).size).toBe(3);
  });
});

describe('a path in logs and replies', () => {
  const key = 'btcf_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

  it('has no query and is not endless', () => {
    expect(loggedPath('/v1/instruments?key=secret')).toBe('/v1/instruments');
    expect(loggedPath(`/${'x'.repeat(5_000)}`)).toHaveLength(200);
  });

  it('is a URI reference in a problem, whatever was sent, and unchanged if it was one', () => {
    expect(instanceOf('/v1/models/a%20b/1?x')).toBe('/v1/models/a%20b/1');
    expect(instanceOf('/<script>"%zz\\%é')).toBe('/%3Cscript%3E%22%25zz%5C%25%E9');
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (path) => {
        expect(instanceOf(`/${path}`)).toMatch(/^\/(?:[\w\-.~!$&'()*+,;=:@/]|%[\da-f]{2})*$/i);
      }),
    );
  });

  it('shows no key that was pasted into it', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.constantFrom('', '%20', '-'), (path, glue) => {
        expect(loggedPath(`${path}${glue}${key}${glue}${key.toUpperCase()}`)).not.toMatch(/AAAA/);
      }),
    );
  });
});
