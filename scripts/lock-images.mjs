/**
 * npm run images:lock: asks the registries what the tags of all images of others point to, and writes deploy/images.lock,
 * from which `npm run deploy:generate` then takes digests. Needs a build, and a network that reaches the registries.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const topology = join(root, 'apps/cli/dist/deploy/topology');
const { digestOf } = await import(join(topology, 'image-digests.js'));
const { IMAGES } = await import(join(topology, 'images.js'));

const images = Object.values(IMAGES).sort();
const digests = await Promise.all(images.map((image) => digestOf(image)));
const lock = Object.fromEntries(images.map((image, i) => [image, digests[i]]));
writeFileSync(join(root, 'deploy', 'images.lock'), `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`locked ${images.length} images; now npm run deploy:generate\n`);
