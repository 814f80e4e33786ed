import { IMAGES } from './images.js';
import type { Region } from './region.js';
import {
  type ComposeService,
  bounded,
  health,
  healthy,
  OPEN_FILES,
  type Services,
  twice,
} from './service.js';

const PROFILES = ['core', 'full'];
/** nginx looks for its certificate beside its configuration. */
const SECRETS = '${SECRETS_DIR:-./deploy/secrets}';

/**
 * TLS and limits per address in front, and the balancer behind it through which everything of a region goes. There are
 * two of each under the same names, and whoever finds one gone asks the other.
 */
export function edgeServices(region: Region, regions: readonly Region[]): Services {
  return {
    ...twice(`${region.name}-nginx`, (nth) => nginx(region, nth)),
    ...twice(`${region.name}-haproxy`, () => haproxy(region, regions)),
  };
}

/** Both on one host: the second has a port of its own. */
const EDGE_PORTS = [8_450, 8_550];

function nginx({ name, number }: Region, nth: number): ComposeService {
  const variable = `EDGE_PORT_${number}${nth === 1 ? '' : `_${nth}`}`;
  return bounded(
    {
      image: IMAGES.nginx,
      profiles: PROFILES,
      user: '101:101',
      volumes: [
        './nginx/nginx.conf:/etc/nginx/nginx.conf:ro',
        './nginx/includes:/etc/nginx/includes:ro',
        `${SECRETS}/edge.pem:/etc/nginx/tls/fullchain.pem:ro`,
        `${SECRETS}/edge-key.pem:/etc/nginx/tls/key.pem:ro`,
      ],
      tmpfs: ['/tmp:size=128m,mode=1777'],
      ports: [`\${EDGE_ADDRESS:-127.0.0.1}:\${${variable}:-${EDGE_PORTS[nth - 1]! + number}}:8443`],
      networks: { [`${name}-edge`]: { aliases: ['nginx'] }, wan: { aliases: [`nginx-${name}`] } },
      depends_on: healthy(`${name}-haproxy`, `${name}-haproxy-2`),
      healthcheck: health(['CMD', 'curl', '-fsS', 'http://127.0.0.1:8080/edge/health']),
      ulimits: OPEN_FILES,
    },
    { cpus: '1.0', memory: '256M' },
  );
}

function haproxy(region: Region, regions: readonly Region[]): ComposeService {
  const { name, spillsTo } = region;
  // The node of the region comes first: it is asked for what may be a little old.
  const nodes = [name, ...regions.map((each) => each.name).filter((each) => each !== name)];
  return bounded(
    {
      image: IMAGES.haproxy,
      profiles: PROFILES,
      user: '99:99',
      command: ['haproxy', '-W', '-db', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
      environment: {
        REGION: name,
        TLS_DIR: '/run/secrets',
        DNS_SERVER: '${DNS_SERVER:-127.0.0.11:53}',
        GATEWAY_NAME: 'gateway',
        CONSUL_DNS: '${CONSUL_DNS:-}',
        GATEWAY_SRV: `_gateway._${name}.service.consul`,
        ...Object.fromEntries(
          spillsTo.slice(0, 2).map((other, i) => [`SPILL_${i + 1}`, `haproxy-${other}:8443`]),
        ),
        ...Object.fromEntries(nodes.slice(0, 4).map((each, i) => [`PG_${i + 1}`, `postgres-${each}`])),
      },
      volumes: ['./haproxy:/usr/local/etc/haproxy:ro'],
      secrets: ['ca.pem', 'balancer.pem'],
      tmpfs: ['/tmp:size=16m,mode=1777'],
      networks: {
        [`${name}-edge`]: { aliases: ['haproxy'] },
        [`${name}-app`]: { aliases: ['haproxy'] },
        [`${name}-data`]: null,
        wan: { aliases: [`haproxy-${name}`] },
      },
      healthcheck: health(['CMD-SHELL', 'echo "show info" | socat - /tmp/haproxy.sock | grep -q ^Uptime']),
      stop_grace_period: '30s',
      ulimits: OPEN_FILES,
    },
    { cpus: '1.0', memory: '512M' },
  );
}
