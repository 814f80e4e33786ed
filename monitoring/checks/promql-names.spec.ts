import { describe, expect, it } from '@jest/globals';
import { metricNames } from './promql-names.js';

const found = (expression: string): string[] => [...metricNames(expression)].sort();

describe('metricNames', () => {
  it('finds what is selected and nothing else', () => {
    expect(
      found(
        'sum by (region, job) (rate(a_total{x=~"b|c{2}"}[5m])) / on (region) group_left () c:d > bool 1e3',
      ),
    ).toEqual(['a_total', 'c:d']);
    expect(
      found('(time() - max by (scope) (p offset 15s)) and q == 1 or absent(r{le="+Inf"}) unless s'),
    ).toEqual(['p', 'q', 'r', 's']);
    expect(found('histogram_quantile(0.99, sum by (le) (rate(x_bucket[$__rate_interval]))) > .5')).toEqual([
      'x_bucket',
    ]);
  });

  it('knows names that are given by a matcher, and optional endings', () => {
    expect(found('rate({__name__=~"sent(_total)?|got"}[5m])')).toEqual(['got', 'sent', 'sent_total']);
  });
});
