import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../run-command.js';

export interface WhatIsNeeded {
  readonly secrets: string;
  readonly resolveImages: boolean;
  readonly images: readonly string[];
}

/** Everything that keeps a stack from being started or updated here; each says what to do. */
export async function swarmFaults(region: string, needed: WhatIsNeeded): Promise<string[]> {
  const manager = await runCommand(['docker', 'info', '--format', '{{.Swarm.ControlAvailable}}']);
  if (manager.trim() !== 'true')
    return ['this Docker engine is no manager of a Swarm: set DOCKER_HOST to one'];
  const { secrets } = needed;
  const faults = existsSync(join(secrets, 'ca.pem'))
    ? []
    : [`there are no secrets in ${secrets}: deploy/scripts/make-secrets.sh makes them`];
  const nodes = await runCommand(['docker', 'node', 'ls', '-q', '--filter', `node.label=region=${region}`]);
  if (nodes.trim() === '')
    faults.push(`no node has the label region=${region}: docker node update --label-add`);
  const missing = await Promise.all(needed.images.map((image) => absent(image, needed.resolveImages)));
  return [...faults, ...missing.filter((fault) => fault !== null)];
}

async function absent(image: string, inRegistry: boolean): Promise<string | null> {
  try {
    await runCommand([
      'docker',
      ...(inRegistry ? ['manifest', 'inspect', image] : ['image', 'inspect', image]),
    ]);
    return null;
  } catch {
    return `there is no image ${image}${inRegistry ? ' in its registry' : ' on this node'}`;
  }
}
