import { performance } from 'node:perf_hooks';
import { expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { startDeadline } from './request-deadline.js';

/** Milliseconds that a request has, which arrives now. */
function given(method: 'GET' | 'POST', config: object = {}): number {
  const request = {
    routeOptions: { method, config },
    receivedAt: performance.now(),
    deadline: undefined,
  } as unknown as FastifyRequest;
  startDeadline(request, {} as FastifyReply, undefined, () => undefined);
  const { leftMs } = request.deadline!;
  request.deadline!.end();
  return leftMs;
}

it('gives a request that changes something longer than one that reads, for the primary may be far and new', () => {
  expect(given('POST', { permission: 'keys:write' })).toBeGreaterThan(given('GET') + 2_000);
});

it('gives a route the time that it asks for, whatever it does', () => {
  expect(given('POST', { deadlineMs: 120_000 })).toBeGreaterThan(100_000);
});
