import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@btcforecast/testing';

/** Type of each field of the Elastic Common Schema, as JSON has it. */
const FIELDS = new Map(
  readFileSync(join(repositoryRoot, 'monitoring', 'elasticsearch', 'ecs-fields.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' ') as [string, string]),
);

/** Fields of a line that the schema does not have, or has with another type. */
export function strangers(line: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(line)
    .filter(([name, value]) =>
      name.startsWith('labels.')
        ? typeof value === 'object' && value !== null
        : FIELDS.get(name) !== typeof value,
    )
    .map(([name]) => name);
}
