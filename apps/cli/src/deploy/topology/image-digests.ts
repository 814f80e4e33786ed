import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { AppError } from '@btcforecast/platform/errors';
import { z } from 'zod';

/** `deploy/images.lock`: the digest of each image by its name and tag. */
export const ImageLock = z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/));
export type ImageLock = Readonly<z.infer<typeof ImageLock>>;

/** Gives every image that is locked its digest: then a tag that moves changes nothing. */
export function pinImages(services: Readonly<Record<string, { image: string }>>, lock: ImageLock): void {
  for (const service of Object.values(services)) {
    const digest = lock[service.image];
    if (digest) service.image += `@${digest}`;
  }
}

/** What is locked; nothing where there is no such file. */
export function readImageLock(file: string): ImageLock {
  return existsSync(file) ? ImageLock.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
}

interface Reference {
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
}

/** Docker's own rules: without a host it is Docker Hub, and there without an owner it is `library`. */
export function parseReference(image: string): Reference {
  const [, host, repository = '', tag = ''] = /^(?:([^/]*[.:][^/]*)\/)?([^:]+):([^:@]+)$/.exec(image) ?? [];
  if (!repository) throw new AppError('caller', 'config.invalid', `${image} has no tag: name a version`);
  if (host) return { host, repository, tag };
  const full = repository.includes('/') ? repository : `library/${repository}`;
  return { host: 'registry-1.docker.io', repository: full, tag };
}

/** Of one platform or, first, of all: the digest of the latter holds wherever it runs. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const TIMEOUT_MS = 30_000;

/**
 * What a tag points to now: SHA-256 of the manifest, computed here. Docker Registry HTTP API V2; OCI Distribution
 * Specification 1.1, section "Pulling manifests".
 *
 * @param originOf where a registry answers; default: HTTPS at its name
 * @throws AppError caller config.invalid when there is no such image, or the registry says another digest than the manifest
 *   has; AppError transient service.not_ready when it does not answer properly
 */
export async function digestOf(
  image: string,
  originOf: (host: string) => string = (host) => `https://${host}`,
): Promise<string> {
  const { host, repository, tag } = parseReference(image);
  const url = `${originOf(host)}/v2/${repository}/manifests/${tag}`;
  let reply = await get(url, { accept: MANIFESTS });
  if (reply.status === 401) {
    const token = await anonymousToken(image, reply.headers.get('www-authenticate') ?? '');
    reply = await get(url, { accept: MANIFESTS, authorization: `Bearer ${token}` });
  }
  if (reply.status === 404) throw new AppError('caller', 'config.invalid', `there is no image ${image}`);
  if (!reply.ok) throw unusable(image, `status ${reply.status}`);
  const digest = `sha256:${createHash('sha256')
    .update(new Uint8Array(await reply.arrayBuffer()))
    .digest('hex')}`;
  const said = reply.headers.get('docker-content-digest') ?? digest;
  if (said === digest) return digest;
  const message = `the registry says that ${image} is ${said}, but its manifest is ${digest}: do not use it`;
  throw new AppError('caller', 'config.invalid', message);
}

/** The token that a registry gives to anybody, asked for as it says. Docker Registry token authentication. */
async function anonymousToken(image: string, challenge: string): Promise<string> {
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  const { realm, ...asked } = fields as Record<string, string>;
  if (!/^bearer /i.test(challenge) || !realm) throw unusable(image, 'it wants credentials');
  const reply = await get(`${realm}?${new URLSearchParams(asked)}`, {});
  if (!reply.ok) throw unusable(image, `no token, status ${reply.status}`);
  const { token, access_token: other } = Token.parse(await reply.json());
  if (token || other) return (token ?? other) as string;
  throw unusable(image, 'an empty token');
}

const Token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

async function get(url: string, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const message = `${new URL(url).host} does not answer; try again`;
    throw new AppError('transient', 'service.not_ready', message, {}, { cause: error });
  }
}

function unusable(image: string, why: string): AppError {
  return new AppError('transient', 'service.not_ready', `the registry of ${image} gave no manifest: ${why}`);
}
