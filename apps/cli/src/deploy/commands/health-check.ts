import { textTable } from '../../text-table.js';
import { say } from '../carry-out.js';
import type { DeployOptions } from '../deploy-options.js';
import { type Deployment, openDeployment } from '../deployment.js';
import { type Driver, SERVICES } from '../driver.js';

/** `btcf deploy health-check`: every server of every region; the exit code is 1 when one is not well. */
export async function checkHealth(options: DeployOptions): Promise<void> {
  const rows = await healthRows(openDeployment(options));
  say(
    textTable(
      HEALTH_HEAD,
      rows.map(({ cells }) => cells),
    ).trimEnd(),
  );
  const ill = rows.filter(({ well }) => !well).length;
  say(ill === 0 ? 'all are well' : `${ill} of ${rows.length} are not well`);
  if (ill > 0) process.exitCode = 1;
}

export const HEALTH_HEAD = ['region', 'server', 'release', 'state', 'detail'];

export interface HealthRow {
  readonly well: boolean;
  readonly cells: string[];
}

/** Instances of ours by what they say themselves, everything else by its health check; one after another, for asking costs. */
export async function healthRows({ driver, regions, options }: Deployment): Promise<HealthRow[]> {
  const names = [...regions.map(({ name }) => name), ...(options.region === undefined ? ['global'] : [])];
  const rows: HealthRow[] = [];
  for (const name of names)
    rows.push(...(await instanceRows(driver, name)), ...(await serverRows(driver, name)));
  return rows;
}

async function instanceRows(driver: Driver, region: string): Promise<HealthRow[]> {
  if (region === 'global') return [];
  const rows: HealthRow[] = [];
  for (const instance of await driver.instances(region)) {
    const { ready, detail, restarts } = await driver.probe(instance);
    const again = restarts > 0 ? `started again ${restarts} times` : '';
    const cells = [region, instance.name, instance.release ?? '-', ready ? 'ready' : 'not ready'];
    rows.push({ well: ready, cells: [...cells, [detail, again].filter(Boolean).join('; ')] });
  }
  return rows;
}

async function serverRows(driver: Driver, region: string): Promise<HealthRow[]> {
  const servers = await driver.servers(region);
  const others = servers.filter(({ name }) => !SERVICES.some((service) => isInstance(name, service)));
  return others.map(({ name, well, state }) => ({ well, cells: [region, name, '', state, ''] }));
}

const isInstance = (name: string, service: string): boolean =>
  name === service || new RegExp(`^${service}-\\d+$`).test(name);
