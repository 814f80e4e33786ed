import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drill, Findings } from '../drill.js';
import { askHttp, askPostgres, type Answer, type Identity } from '../secure-links.js';
import { projectFolder } from '../rig/places.js';
import type { Rig } from '../rig/rig.js';
import { runProgram } from '../rig/run-program.js';
import { ownFolder } from '../rig/server-processes.js';

/** Whoever comes without TLS, or with a certificate of somebody else's authority, stays outside. */
export const plaintextRefused: Drill = {
  name: 'plaintext-refused',
  breaks: 'nothing: somebody without TLS, or with a foreign certificate, tries to get in',
  steps: [
    'make certificates of another authority',
    'ask PostgreSQL, Patroni and etcd in plain text, without a certificate, and with a foreign one',
    'ask each of them as is right, too: what answers nobody would refuse everybody',
  ],
  barSeconds: 10,
  run: tryAll,
};

interface Attempt {
  readonly what: string;
  readonly answered: Answer;
  readonly expected: boolean;
}

async function tryAll(rig: Rig): Promise<Findings> {
  const start = performance.now();
  const own = identityIn(join(rig.base.places.folder, 'secrets'));
  const foreign = await foreignIdentity(rig);
  const attempts = [
    ...(await tryPostgres(rig, own, foreign)),
    ...(await tryPatroni(rig, own, foreign)),
    ...(await tryEtcd(rig, own, foreign)),
  ];
  const wrong = attempts.filter(({ answered, expected }) => answered.let !== expected);
  return {
    detectionMs: null,
    recoveryMs: performance.now() - start,
    requests: attempts.length,
    failed: 0,
    lost: 0,
    broken: wrong.map(({ what, answered }) =>
      answered.let ? `${what} was let in` : `${what} was refused: ${answered.said}`,
    ),
    remarks: [`${attempts.filter(({ expected }) => !expected).length} kinds of wrong connections refused`],
  };
}

async function tryPostgres({ base, postgres }: Rig, own: Identity, foreign: Identity): Promise<Attempt[]> {
  const { address: host } = postgres.nodes[0]!;
  const app = { host, user: 'btcforecast', password: base.secret('postgres_app'), database: 'btcforecast' };
  const root = { host, user: 'postgres', password: base.secret('postgres_superuser'), database: 'postgres' };
  const { ca } = own;
  return [
    attempt('PostgreSQL with TLS', true, await askPostgres({ ...app, ssl: { ca } })),
    attempt('PostgreSQL in plain text', false, await askPostgres({ ...app, ssl: false })),
    attempt('PostgreSQL, superuser with certificate', true, await askPostgres({ ...root, ssl: own })),
    attempt('PostgreSQL, superuser without certificate', false, await askPostgres({ ...root, ssl: { ca } })),
    attempt(
      'PostgreSQL, superuser with a foreign certificate',
      false,
      await askPostgres({ ...root, ssl: { ...foreign, ca } }),
    ),
    attempt(
      'PostgreSQL of a foreign authority',
      false,
      await askPostgres({ ...app, ssl: { ca: foreign.ca } }),
    ),
  ];
}

async function tryPatroni({ postgres }: Rig, own: Identity, foreign: Identity): Promise<Attempt[]> {
  const at = `${postgres.nodes[0]!.address}:8008`;
  const { ca } = own;
  const change = { method: 'PATCH', body: '{"ttl":20}' } as const;
  return [
    attempt('Patroni with TLS', true, await askHttp(`https://${at}/liveness`, { ca })),
    attempt('Patroni in plain text', false, await askHttp(`http://${at}/liveness`, {})),
    attempt(
      'Patroni with a foreign certificate',
      false,
      await askHttp(`https://${at}/liveness`, { ...foreign, ca }),
    ),
    attempt('Patroni, a change with certificate', true, await askHttp(`https://${at}/config`, own, change)),
    attempt(
      'Patroni, a change without certificate',
      false,
      await askHttp(`https://${at}/config`, { ca }, change),
    ),
  ];
}

async function tryEtcd({ etcd }: Rig, own: Identity, foreign: Identity): Promise<Attempt[]> {
  const { ca } = own;
  const each = async ({ address }: { address: string }): Promise<Attempt[]> => [
    attempt('etcd with certificate', true, await askHttp(`https://${address}:2379/health`, own)),
    attempt('etcd in plain text', false, await askHttp(`http://${address}:2379/health`, {})),
    attempt('etcd without certificate', false, await askHttp(`https://${address}:2379/health`, { ca })),
    attempt(
      'etcd with a foreign certificate',
      false,
      await askHttp(`https://${address}:2379/health`, { ...foreign, ca }),
    ),
    attempt(
      'etcd among members, with a foreign certificate',
      false,
      await askHttp(`https://${address}:2380/version`, { ...foreign, ca }),
    ),
  ];
  return each(etcd.places[0]!);
}

function attempt(what: string, expected: boolean, answered: Answer): Attempt {
  return { what, expected, answered };
}

/** Certificates of the same names, of an authority that nobody here knows. */
async function foreignIdentity({ base: { places, user, signal } }: Rig): Promise<Identity> {
  const folder = join(places.folder, 'foreign');
  ownFolder(folder, user);
  const script = join(projectFolder, 'deploy', 'scripts', 'make-secrets.sh');
  const environment = { ADDRESSES: places.addresses.join(' ') };
  await runProgram(places, ['sh', script, folder], { user, environment, signal });
  return identityIn(folder);
}

function identityIn(folder: string): Identity {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { ca: read('ca.pem'), cert: read('data.pem'), key: read('data-key.pem') };
}
