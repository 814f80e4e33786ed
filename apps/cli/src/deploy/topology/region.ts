import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseEnv as parseDotEnv } from 'node:util';
import { parseEnv } from '@btcforecast/platform/config';
import { z } from 'zod';

const count = (most: number) => z.coerce.number().int().min(1).max(most);

/** What one file of `deploy/regions/` says: all that tells a region from the others. */
export const RegionEnv = z.object({
  REGION: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, { error: 'must be small letters, digits and dashes' }),
  REGION_NUMBER: count(60).describe('Of its own; its networks and published ports follow from it'),
  REGION_PRIMARY: z.stringbool().default(false).describe('Where PostgreSQL starts its first primary'),
  REGION_GATEWAYS: count(8).default(2),
  REGION_PREDICTIONS: count(8).default(2),
  REGION_WORKERS: count(8).default(1),
  REGION_NETWORKS: z
    .string()
    .default('')
    .describe('Networks whose clients belong here, in CIDR notation, separated by commas'),
  REGION_SPILLS_TO: z
    .string()
    .default('')
    .describe('Regions that answer when this one cannot, nearest first'),
});

export interface Region {
  readonly name: string;
  readonly number: number;
  readonly primary: boolean;
  readonly gateways: number;
  readonly predictions: number;
  readonly workers: number;
  readonly networks: readonly string[];
  readonly spillsTo: readonly string[];
}

/**
 * One region from its file.
 *
 * @throws AppError caller config.invalid when a value cannot be used
 */
export function readRegion(file: string): Region {
  const env = parseEnv(RegionEnv, parseDotEnv(readFileSync(file, 'utf8')) as Record<string, string>);
  if (`${env.REGION}.env` !== basename(file)) {
    throw new Error(`${file} describes the region ${env.REGION}; call it ${env.REGION}.env`);
  }
  return {
    name: env.REGION,
    number: env.REGION_NUMBER,
    primary: env.REGION_PRIMARY,
    gateways: env.REGION_GATEWAYS,
    predictions: env.REGION_PREDICTIONS,
    workers: env.REGION_WORKERS,
    networks: listOf(env.REGION_NETWORKS),
    spillsTo: listOf(env.REGION_SPILLS_TO),
  };
}

/** @throws Error when they do not fit each other, naming every fault */
export function assertFit(regions: readonly Region[]): void {
  const names = new Set(regions.map(({ name }) => name));
  const faults = [
    ...(regions.filter(({ primary }) => primary).length === 1
      ? []
      : ['exactly one region has REGION_PRIMARY=true']),
    ...(new Set(regions.map(({ number }) => number)).size === regions.length
      ? []
      : ['every REGION_NUMBER is given once only']),
    ...regions.flatMap(({ name, spillsTo }) =>
      spillsTo
        .filter((other) => other === name || !names.has(other))
        .map((other) => `${name} spills to ${other}`),
    ),
  ];
  if (faults.length > 0) throw new Error(`the files of deploy/regions do not fit: ${faults.join('; ')}`);
}

function listOf(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim() || []);
}
