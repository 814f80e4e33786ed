import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RegionDrill } from '../drill.js';
import { seconds } from '../judge.js';
import { projectFolder } from '../rig/places.js';
import { hasProgram, serverEnvironment } from '../rig/server-processes.js';
import { drillAlert } from '../regions/alert-drill.js';
import { untilHeard } from '../regions/alerts.js';
import { ApiClient } from '../regions/api-client.js';
import type { RegionsBase } from '../regions/regions-base.js';
import { FORECAST, type RegionsRig } from '../regions/regions-rig.js';

/** Long enough for the alert that comes before. */
const LIFE_S = 150;
const DAY_S = 86_400;
const BACK_MS = 60_000;
const EDGE = ['edge.pem', 'edge-key.pem'];
const nginxOf = (region: string): RegExp => new RegExp(`^${region}-nginx(-\\d+)?$`);

/** What clients see of a region ends before anybody has renewed it. */
export const certificateExpired: RegionDrill = {
  name: 'certificate-expired',
  breaks: `the certificate at the edge of a region: it lasts ${LIFE_S} s`,
  steps: [
    'in every region: read forecasts, write rows, make keys; Prometheus works on the shipped rules, ten times as fast',
    `give nginx of the last region a certificate that has ${LIFE_S} s left, made by make-secrets.sh, and reload it`,
    'wait until CertificateExpiringSoon fires, which has to be before the end; then until ProbeFailed fires: nobody trusts it, the way in for everybody sends its clients elsewhere',
    'renew it by make-secrets.sh and reload nginx; wait until the region answers inside and the alerts are over; nothing was restarted',
  ],
  barSeconds: 30,
  hindrance: () =>
    hasProgram('faketime') ? null : 'faketime is missing; on Debian: apt-get install faketime',
  runInRegions: async (rig) => {
    const { base } = rig;
    const region = base.regions.at(-1)!.name;
    const edge = [...base.containers.values()].filter(({ name }) => nginxOf(region).test(name));
    const instance = `https://nginx-${region}:8443/health/live`;
    const renew = (life?: number): void => {
      makeEdge(base, life);
      for (const nginx of edge) nginx.kill('SIGHUP');
    };
    const running = edge.map(({ pid }) => pid);
    const told: string[] = [];
    return drillAlert(rig, certificateExpired.name, {
      alerts: [{ name: 'ProbeFailed', labels: { region, instance } }],
      mayFailPerMille: 20,
      begin: async () => {
        renew(LIFE_S);
        const endsAt = performance.now() + LIFE_S * 1_000;
        const warning = { name: 'CertificateExpiringSoon', labels: { region, instance } };
        const { afterMs } = await untilHeard(rig, warning, LIFE_S * 1_000);
        told.push(
          `CertificateExpiringSoon heard ${seconds(endsAt - performance.now())} before the end, ${seconds(afterMs)} after the certificate was in use`,
        );
        await base.waitUntil('it has ended', () => performance.now() > endsAt, LIFE_S * 1_000);
      },
      says: () => refusalOf(rig, region),
      end: async () => {
        renew();
        await base.waitUntil('the region answers inside', () => isAnswered(rig, region), BACK_MS);
        const same = edge.every(({ pid }, i) => pid === running[i]);
        told.push(same ? 'nginx was reloaded, not restarted' : 'nginx was restarted');
      },
      leftOut: (clients) => [clients.load(region, 'inside')],
      remarks: () => told,
    });
  },
};

/** @throws Error that says why a client inside gets no answer */
async function isAnswered({ base, key }: RegionsRig, region: string): Promise<boolean> {
  const client = new ApiClient({ at: `nginx-${region}:8443`, caFile: base.secretFile('ca.pem'), key });
  try {
    const { status } = await client.get(FORECAST);
    if (status !== 200) throw new Error(`status ${status}`);
    return true;
  } finally {
    client.close();
  }
}

/** Why a client inside trusts nobody; null: it does. */
function refusalOf(rig: RegionsRig, region: string): Promise<string | null> {
  return isAnswered(rig, region).then(
    () => null,
    (error: unknown) => (/certificate/.test(String(error)) ? String(error) : null),
  );
}

/**
 * Puts a certificate for clients in place, of the rig's own authority, as an operator does: into the same files, for
 * containers hold on to them.
 *
 * @param life seconds that it has left; by default what make-secrets.sh gives
 */
function makeEdge(base: RegionsBase, life?: number): void {
  const folder = join(base.settings.folder, 'edge');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const file of ['ca.pem', 'ca-key.pem']) copyFileSync(base.secretFile(file), join(folder, file));
  const script = ['sh', join(projectFolder, 'deploy', 'scripts', 'make-secrets.sh'), folder];
  const [command = '', ...args] =
    life === undefined ? script : ['faketime', '-f', `-${DAY_S - life}s`, ...script];
  const environment = { DAYS: life === undefined ? '90' : '1' };
  execFileSync(command, args, { env: serverEnvironment(folder, environment), stdio: 'pipe' });
  for (const file of EDGE) writeFileSync(base.secretFile(file), readFileSync(join(folder, file)));
}
