import { describe, expect, it } from '@jest/globals';
import { summarise } from './test-report.mjs';

const test = (status: string, fullName = 'a test') => ({ status, fullName });
const file = (status: string, ...assertionResults: unknown[]) => ({ status, assertionResults });

describe('the report of all tests', () => {
  it('adds up several runs', () => {
    const runs = [
      { testResults: [file('passed', test('passed'), test('passed'))] },
      { testResults: [file('failed', test('failed'), test('passed'))] },
    ];
    expect(summarise(runs, [])).toEqual({ passed: 3, failed: 1, skipped: [] });
  });

  it('tells why a test was skipped', () => {
    const runs = [
      {
        testResults: [
          file('passed', test('pending', 'queues [skipped: no redis-server] keep jobs'), test('todo', 'x')),
        ],
      },
    ];
    expect(summarise(runs, []).skipped).toEqual([
      { name: 'queues keep jobs', reason: 'no redis-server' },
      { name: 'x', reason: 'no reason given' },
    ]);
  });

  it('counts a file that could not run and a failed step as failures', () => {
    expect(summarise([{ testResults: [file('failed')] }], ['lint'])).toMatchObject({ passed: 0, failed: 2 });
  });
});
