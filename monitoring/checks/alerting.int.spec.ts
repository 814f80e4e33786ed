import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWhen, freePort, repositoryRoot, waitFor } from '@btcforecast/testing';
import { AlertReceivers } from './alert-receivers.js';
import { ABSENT, alertmanager, hasMonitoring, type Server, startServer } from './programs.js';
import { MONITORING } from './rules.js';

const SECRETS = {
  smtp_password: 'mail-secret',
  pagerduty_key: 'r'.repeat(32),
  dead_man_token: 'dead-man-secret',
  alert_webhook_token: 'webhook-secret',
};
const REGION = 'us-east';

/** A process of ours as Prometheus sees it: nothing but its metrics. */
async function exporter(text: () => string, wanted = 0): Promise<{ port: number; close: () => void }> {
  const server = createServer((_request, response) => response.end(text()));
  await once(server.listen(wanted, '127.0.0.1'), 'listening');
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

// The very files, with other addresses and shorter waits.
describeWhen(hasMonitoring(), ABSENT)('an alert, from a metric to whoever is told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'btcforecast-alerts-'));
  const cleanup: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  let receivers: AlertReceivers;
  let managerUrl: string;
  let waiting = 0;
  let gateway: Awaited<ReturnType<typeof exporter>>;

  const serve = (program: string, args: readonly string[]): Server => {
    const server = startServer(program, args, folder);
    cleanup.push(() => server.close());
    return server;
  };
  const changed = (file: string, changes: readonly (readonly [RegExp, string])[]): void => {
    const text = readFileSync(join(MONITORING, file), 'utf8');
    const result = changes.reduce((before, [from, to]) => before.replace(from, to), text);
    writeFileSync(join(folder, file), result);
  };

  function configureAlertmanager(): void {
    mkdirSync(join(folder, 'secrets'));
    for (const [name, secret] of Object.entries({
      ...SECRETS,
      slack_url: `${receivers.url}/slack`,
    })) {
      writeFileSync(join(folder, 'secrets', name), secret);
    }
    changed('alertmanager.yml', [
      [/\/run\/secrets/g, join(folder, 'secrets')],
      [/mail\.btcforecast\.internal:587/, `127.0.0.1:${receivers.smtpPort}`],
      [/smtp_require_tls: true/, 'smtp_require_tls: false'],
      [/https:\/\/events\.pagerduty\.com/, receivers.url],
      [/http:\/\/dead-man\.btcforecast\.internal/, receivers.url],
      [/http:\/\/alert-hooks\.btcforecast\.internal/, receivers.url],
      [/group_wait: \w+/g, 'group_wait: 1s'],
      [/group_interval: \w+/g, 'group_interval: 1s'],
    ]);
    cpSync(join(MONITORING, 'templates'), join(folder, 'templates'), { recursive: true });
  }

  function configurePrometheus(targets: Readonly<Record<string, number>>): void {
    changed('prometheus.yml', [
      [/(scrape|evaluation)_interval: 15s/g, '$1_interval: 500ms'],
      [/scrape_timeout: 10s/, 'scrape_timeout: 500ms'],
      [/refresh_interval: 30s/g, 'refresh_interval: 1s'],
    ]);
    changed('alert_rules.yml', [[/for: \w+/g, 'for: 1s']]);
    changed('recording_rules.yml', []);
    mkdirSync(join(folder, 'targets'));
    const groups = Object.entries(targets).map(([kind, port]) => ({
      targets: [`127.0.0.1:${port}`],
      labels: { __kind: kind, region: REGION },
    }));
    writeFileSync(join(folder, 'targets', `${REGION}.yml`), JSON.stringify(groups));
  }

  beforeAll(async () => {
    receivers = await AlertReceivers.start(SECRETS.smtp_password);
    cleanup.push(() => receivers.close());
    gateway = await exporter(() => `audit_entries_waiting ${waiting}\n`);
    const others = await exporter(() => '');
    cleanup.push(() => gateway.close(), others.close);
    configureAlertmanager();
    const [managerPort, prometheusPort] = [await freePort(), await freePort()];
    managerUrl = `http://127.0.0.1:${managerPort}`;
    configurePrometheus({
      gateway: gateway.port,
      'market-data': others.port,
      prediction: others.port,
      worker: others.port,
      alertmanager: managerPort,
    });
    const manager = serve(alertmanager()!, [
      '--config.file=alertmanager.yml',
      '--storage.path=alertmanager',
      `--web.listen-address=127.0.0.1:${managerPort}`,
      '--cluster.listen-address=',
    ]);
    const prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
    const prometheus = serve('prometheus', [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=prometheus',
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      `--web.external-url=${prometheusUrl}`,
      '--rules.alert.resend-delay=1s', // what was sent before Alertmanager was found is sent again
      `--web.user-assets=${join(repositoryRoot, 'docs')}`,
    ]);
    for (const [url, { log }] of [
      [managerUrl, manager],
      [prometheusUrl, prometheus],
    ] as const) {
      await waitFor(async () => (await fetch(`${url}/-/ready`)).ok, {
        deadlineMs: 20_000,
        what: `${url} is ready: ${log()}`,
      });
    }
  });
  afterAll(async () => {
    for (const close of cleanup.reverse()) await close();
  });

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the body of a webhook
  const told = (status: string, alertname: string): any =>
    receivers
      .at('/alerts')
      .find(({ body }) => body.status === status && body.groupLabels.alertname === alertname)?.body;
  const until = <T>(what: string, condition: () => T | Promise<T>): Promise<NonNullable<T>> =>
    waitFor(condition, { deadlineMs: 30_000, what });

  it('reaches the dead-man switch from the start, with its token', async () => {
    const [ping] = await until('the watchdog', () => receivers.at('/ping')[0] && receivers.at('/ping'));
    expect(ping?.authorization).toBe('Bearer dead-man-secret');
    expect(ping?.body.commonLabels.alertname).toBe('Watchdog');
  });

  it('goes to the mail of its owner, to chat and to the webhook, and is taken back there', async () => {
    waiting = 150;
    const mail = await until('a mail', () => receivers.mails.find(({ text }) => /FIRING/.test(text)));
    expect(mail.to).toEqual(['security@btcforecast.internal']);
    expect(mail.text).toContain('Subject: [FIRING 1] AuditEntriesWaiting in us-east');
    expect(mail.text).toContain('150 audit entries of gateway');
    const slack = await until('a message', () =>
      receivers.at('/slack').find(({ body }) => /AuditEntriesWaiting/.test(JSON.stringify(body))),
    );
    expect(slack.body).toMatchObject({ channel: '#alerts', attachments: [{ color: 'warning' }] });
    const body = await until('a webhook', () => told('firing', 'AuditEntriesWaiting'));
    expect(receivers.at('/alerts')[0]?.authorization).toBe('Bearer webhook-secret');
    expect(body).toMatchObject({ version: '4', commonLabels: { severity: 'warning', owner: 'security' } });
    const runbook = await fetch(body.alerts[0].annotations.runbook_url as string);
    expect([runbook.status, (await runbook.text()).split('\n')[0]]).toEqual([200, '# AuditEntriesWaiting']);
    waiting = 0;
    await until('the end by webhook', () => told('resolved', 'AuditEntriesWaiting'));
    await until('the end by mail', () => receivers.mails.find(({ text }) => /RESOLVED/.test(text)));
  });

  it('pages when a region is gone, and says nothing of what was in it', async () => {
    gateway.close();
    const page = await until('a page', () =>
      receivers
        .at('/v2/enqueue')
        .find(({ body }) => body.event_action === 'trigger' && /RegionDown/.test(body.payload.summary)),
    );
    expect(page.body).toMatchObject({
      routing_key: SECRETS.pagerduty_key,
      payload: { severity: 'critical', custom_details: { owner: 'platform', region: REGION } },
    });
    await until('the alert about the service is held back', async () => {
      const reply = await fetch(`${managerUrl}/api/v2/alerts?filter=alertname%3DServiceDown&inhibited=true`);
      const alerts = (await reply.json()) as { status: { inhibitedBy: string[] } }[];
      return alerts.length > 0 && alerts.every(({ status }) => status.inhibitedBy.length > 0);
    });
    gateway = await exporter(() => 'audit_entries_waiting 0\n', gateway.port);
    await until('the page is taken back', () =>
      receivers
        .at('/v2/enqueue')
        .find(({ body }) => body.event_action === 'resolve' && body.dedup_key === page.body.dedup_key),
    );
    await until('the end by webhook', () => told('resolved', 'RegionDown'));
    const paged = receivers.at('/v2/enqueue').map(({ body }) => JSON.stringify(body));
    expect(paged.filter((text) => /ServiceDown/.test(text))).toEqual([]);
  });
});
