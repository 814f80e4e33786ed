import { IMAGES } from './images.js';
import type { Region } from './region.js';
import { type ComposeService, bounded, health, type Limits, type Services } from './service.js';

/** Prometheus and Alertmanager for all regions. */
export function watching(regions: readonly Region[]): Services {
  const app = regions.map(({ name }) => `${name}-app`);
  return {
    prometheus: prometheus({
      networks: app,
      config: ['./monitoring:/etc/prometheus:ro'],
      volume: 'prometheus',
      port: { variable: 'PROMETHEUS_PORT', usual: 9_090 },
    }),
    alertmanager: alertmanager('alertmanager', { variable: 'ALERTMANAGER_PORT', usual: 9_093 }),
  };
}

/** The same for one region on a host of its own, with the targets of that region. Several may be tried on one host. */
export function watchingAlone({ name, number }: Region): Services {
  const config = ['prometheus.yml', 'recording_rules.yml', 'alert_rules.yml'].map(
    (file) => `./monitoring/${file}:/etc/prometheus/${file}:ro`,
  );
  const targets = `./monitoring/targets-alone/${name}.yml:/etc/prometheus/targets/${name}.yml:ro`;
  return {
    [`${name}-prometheus`]: prometheus({
      networks: [`${name}-app`],
      config: [...config, targets],
      volume: `${name}-prometheus`,
      port: { variable: `PROMETHEUS_PORT_${number}`, usual: 9_090 + 10 * number },
    }),
    [`${name}-alertmanager`]: alertmanager(`${name}-alertmanager`, {
      variable: `ALERTMANAGER_PORT_${number}`,
      usual: 9_093 + 10 * number,
    }),
  };
}

/** For whoever works on the host; a variable of the environment changes it. */
interface HostPort {
  readonly variable: string;
  readonly usual: number;
}

interface Watcher {
  readonly networks: readonly string[];
  readonly config: readonly string[];
  readonly volume: string;
  readonly port: HostPort;
}

function prometheus({ networks, config, volume, port }: Watcher): ComposeService {
  return service(
    { cpus: '1.0', memory: '1G' },
    {
      image: IMAGES.prometheus,
      // It comes by at every service, by the names in monitoring/targets.
      networks: { wan: null, ...Object.fromEntries(networks.map((name) => [name, null])) },
      command: [
        '--config.file=/etc/prometheus/prometheus.yml',
        '--storage.tsdb.path=/prometheus',
        '--storage.tsdb.retention.time=30d',
        '--enable-feature=exemplar-storage',
        '--web.enable-lifecycle',
        // Links in alerts lead to the runbooks, which it serves itself.
        `--web.external-url=\${PROMETHEUS_URL:-http://localhost:${port.usual}}`,
        '--web.user-assets=/usr/share/btcforecast',
      ],
      volumes: [...config, './docs/runbooks:/usr/share/btcforecast/runbooks:ro', `${volume}:/prometheus`],
      secrets: ['ca.pem'],
      ports: [publish(port, 9_090)],
      healthcheck: health(['CMD', 'wget', '-qO-', 'http://127.0.0.1:9090/-/ready']),
    },
  );
}

function alertmanager(volume: string, port: HostPort): ComposeService {
  return service(
    { cpus: '0.25', memory: '128M' },
    {
      image: IMAGES.alertmanager,
      networks: { wan: { aliases: ['alertmanager'] } },
      command: ['--config.file=/etc/alertmanager/alertmanager.yml', '--storage.path=/alertmanager'],
      volumes: [
        './monitoring/alertmanager.yml:/etc/alertmanager/alertmanager.yml:ro',
        './monitoring/templates:/etc/alertmanager/templates:ro',
        `${volume}:/alertmanager`,
      ],
      secrets: ['slack_url', 'pagerduty_key', 'smtp_password', 'alert_webhook_token', 'dead_man_token'],
      ports: [publish(port, 9_093)],
      healthcheck: health(['CMD', 'wget', '-qO-', 'http://127.0.0.1:9093/-/ready']),
    },
  );
}

const publish = ({ variable, usual }: HostPort, inside: number): string =>
  `127.0.0.1:\${${variable}:-${usual}}:${inside}`;

function service(limits: Limits, more: Partial<ComposeService> & { image: string }): ComposeService {
  return bounded(
    { profiles: ['core', 'full'], user: '10005:10005', networks: { wan: null }, ...more },
    limits,
  );
}
