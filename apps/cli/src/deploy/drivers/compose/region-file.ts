import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import type { ServiceName } from '../../driver.js';
import { readRegion, type Region } from '../../topology/region.js';
import { numbered } from '../../topology/service.js';

const VARIABLES: Partial<Record<ServiceName, string>> = {
  gateway: 'REGION_GATEWAYS',
  prediction: 'REGION_PREDICTIONS',
  worker: 'REGION_WORKERS',
};
/** HAProxy has as many places for gateways, and certificates name as many. */
const MOST = 8;

/** All regions of the project, by their numbers. */
export function readRegions(root: string): Region[] {
  const folder = join(root, 'deploy', 'regions');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.env'))
    .map((file) => readRegion(join(folder, file)))
    .sort((one, other) => one.number - other.number);
}

/** Services and names of all instances of a region, in a fixed order. */
export function instanceNames({ gateways, predictions, workers }: Region): [ServiceName, string][] {
  const many = (service: ServiceName, count: number): [ServiceName, string][] =>
    numbered(service, count).map((name) => [service, name]);
  return [
    ['market-data', 'market-data'],
    ...many('prediction', predictions),
    ...many('worker', workers),
    ...many('gateway', gateways),
  ];
}

/**
 * Writes into the file of a region how many instances of a service it has; everything else in it stays.
 *
 * @throws AppError caller request.invalid when there cannot be so many
 */
export function setInstances(file: string, service: ServiceName, count: number): void {
  const variable = VARIABLES[service];
  if (variable === undefined || count < 1 || count > MOST) {
    const message =
      variable === undefined
        ? `there is one ${service} in a region, which leads all others: give it more processors instead`
        : `a region has 1 to ${MOST} of ${service}, not ${count}: add a region for more`;
    throw new AppError('caller', 'request.invalid', message);
  }
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const at = lines.findIndex((line) => line.startsWith(`${variable}=`));
  lines.splice(at < 0 ? lines.length : at, at < 0 ? 0 : 1, `${variable}=${count}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
}
