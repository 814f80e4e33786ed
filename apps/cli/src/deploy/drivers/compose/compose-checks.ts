import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '@btcforecast/platform/errors';
import { parse } from 'yaml';
import { z } from 'zod';
import { SERVICES } from '../../driver.js';
import type { ComposeProject } from './compose-project.js';

const ComposeFile = z.object({
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});
/** Of the services, what migrates, and PostgreSQL, which `up` starts: a release has all of them. */
const OWN_TARGETS = [...SERVICES, 'btcf', 'postgres'] as const;
const DAY_MS = 86_400_000;
/** Where alerts go: make-secrets.sh leaves them empty for you, and Alertmanager then tells nobody. */
const MAY_BE_EMPTY = new Set([
  'slack_url',
  'pagerduty_key',
  'smtp_password',
  'alert_webhook_token',
  'dead_man_token',
]);
/** A certificate that ends sooner is renewed first: deploy/scripts/make-secrets.sh. */
const CERTIFICATE_DAYS = 3;

export interface CheckOptions {
  readonly project: ComposeProject;
  readonly region: string;
  readonly release: string;
  readonly registry: string;
  readonly secretsFolder: string;
  /** ms since the epoch */
  readonly now: number;
}

/**
 * What would keep a release from starting, found before anything is touched.
 *
 * @throws AppError caller config.invalid that names everything that is wrong
 */
export async function checkRegion(options: CheckOptions): Promise<void> {
  const { project, region, release } = options;
  const faults = [
    ...(await faultsOfFiles(project, region)),
    ...faultsOfSecrets(options),
    ...(await faultsOfImages(options)),
  ];
  if (faults.length === 0) return;
  const message = `${region} cannot run ${release}: ${faults.join('; ')}`;
  throw new AppError('caller', 'config.invalid', message);
}

async function faultsOfFiles(project: ComposeProject, region: string): Promise<string[]> {
  return project.compose(region, ['--profile', 'core', 'config', '-q']).then(
    () => [],
    (error: Error) => [error.message],
  );
}

function faultsOfSecrets({ project, region, secretsFolder, now }: CheckOptions): string[] {
  const { root } = project.options;
  const file = project.composeFiles(region)[0]!; // ours comes first
  const { secrets } = ComposeFile.parse(
    parse(readFileSync(join(root, file), 'utf8'), { merge: true, maxAliasCount: -1 }),
  );
  const folder = resolve(root, secretsFolder);
  const faults = Object.keys(secrets).flatMap((name) => faultOfSecret(join(folder, name), name, now) ?? []);
  return faults.length > 0
    ? [...faults, `deploy/scripts/make-secrets.sh makes and renews secrets in ${folder}`]
    : [];
}

function faultOfSecret(path: string, name: string, now: number): string | null {
  if (!existsSync(path)) return `the secret ${name} is missing`;
  if (statSync(path).size === 0) return MAY_BE_EMPTY.has(name) ? null : `the secret ${name} is empty`;
  if (!name.endsWith('.pem') || name.includes('key')) return null;
  const { validToDate } = new X509Certificate(readFileSync(path));
  return validToDate.getTime() - now < CERTIFICATE_DAYS * DAY_MS
    ? `the certificate ${name} ends at ${validToDate.toISOString()}`
    : null;
}

/** Images are on the engine before the first instance is stopped; one that is not there is fetched. */
async function faultsOfImages({ project, region, release, registry }: CheckOptions): Promise<string[]> {
  const faults: string[] = [];
  for (const target of OWN_TARGETS) {
    const image = `${registry}/${target}:${release}`;
    const isThere = await project
      .docker(region, ['image', 'inspect', '-f', '{{.Id}}', image])
      .catch(() => null);
    if (isThere !== null) continue;
    await project.docker(region, ['pull', '-q', image]).catch((error: Error) => {
      faults.push(`the image ${image} is not there and cannot be fetched (${error.message})`);
    });
  }
  return faults;
}
