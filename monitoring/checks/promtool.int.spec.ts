import { expect, it } from '@jest/globals';
import { describeWhen } from '@btcforecast/testing';
import { ABSENT, hasMonitoring, output } from './programs.js';
import { MONITORING, testFiles } from './rules.js';

const AT_ONCE = 2;

describeWhen(hasMonitoring(), ABSENT)('promtool', () => {
  it('accepts the configuration and every rule', async () => {
    const said = await output('promtool', ['check', 'config', 'prometheus.yml'], MONITORING);
    expect(said).toMatch(/2 rule files found/);
  });

  it('finds every alert firing when it should, and not before', async () => {
    const files = testFiles();
    const shares = Array.from({ length: AT_ONCE }, (_, nth) =>
      files.filter((_file, at) => at % AT_ONCE === nth),
    );
    const said = await Promise.all(
      shares.map((share) =>
        output('promtool', ['test', 'rules', ...share.map((file) => `tests/${file}`)], MONITORING),
      ),
    );
    expect(said.join('').match(/SUCCESS/g)).toHaveLength(files.length);
  });
});
