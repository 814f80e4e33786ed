import { expect, it } from '@jest/globals';
import { describeWhen } from '@btcforecast/testing';
import { ABSENT, hasMonitoring, output } from './programs.js';
import { alertRules, MONITORING } from './rules.js';

const receiversOf = async (labels: Readonly<Record<string, string>>): Promise<string[]> => {
  const args = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const said = await output(
    'amtool',
    ['config', 'routes', 'test', '--config.file=alertmanager.yml', ...args],
    MONITORING,
  );
  return said.split('\n')[0]!.split(','); // split gives at least one
};

describeWhen(hasMonitoring(), ABSENT)('monitoring/alertmanager.yml', () => {
  it('is accepted', async () => {
    expect(await output('amtool', ['check-config', 'alertmanager.yml'], MONITORING)).toMatch(/SUCCESS/);
  });

  it.each([
    [{ severity: 'critical', owner: 'api' }, ['webhook', 'pager', 'slack-critical']],
    [{ severity: 'critical', owner: 'security' }, ['webhook', 'email-security', 'pager', 'slack-critical']],
    [{ severity: 'warning', owner: 'security' }, ['webhook', 'email-security', 'slack-warnings']],
    [{ severity: 'warning', owner: 'models' }, ['webhook', 'slack-warnings', 'email-models']],
    [{ severity: 'warning', owner: 'data' }, ['webhook', 'slack-warnings', 'email-data']],
    [{ severity: 'warning', owner: 'api' }, ['webhook', 'slack-warnings', 'email-api']],
    [{ severity: 'warning', owner: 'platform' }, ['webhook', 'slack-warnings', 'email-platform']],
    [{ severity: 'none', owner: 'platform', alertname: 'Watchdog' }, ['dead-man']],
    [{ severity: 'unheard of' }, ['email-platform']],
  ])('sends %j where it should', async (labels, receivers) => {
    expect(await receiversOf(labels)).toEqual(receivers);
  });

  it('leaves no alert of ours to chance: each goes out by two ways at least', async () => {
    const kinds = new Map(
      alertRules().map(({ labels = {} }) => [`${labels['severity']} ${labels['owner']}`, labels]),
    );
    kinds.delete('none platform');
    for (const { severity = '', owner = '' } of kinds.values()) {
      expect((await receiversOf({ severity, owner })).length).toBeGreaterThanOrEqual(2);
    }
  });
});
