import { z } from 'zod';
import { SERVICES } from '../driver.js';

/**
 * One thing to do. A step is plain data, written into the journal before anything is done, so that an interrupted run
 * is resumed by another process; doing a step twice ends in the same state as doing it once.
 */
const step = <K extends string, S extends z.ZodRawShape>(kind: K, more: S) =>
  z.object({ id: z.string(), region: z.string(), kind: z.literal(kind), ...more });
const release = z.string();
const service = z.enum(SERVICES);
const servers = z.array(z.string());
/** All regions of the environment: whoever of them answers tells about the databases. */
const regions = z.array(z.string());

export const Step = z.discriminatedUnion('kind', [
  step('check', { release }),
  step('migrate', { release }),
  step('replace', {
    service,
    instance: z.string(),
    from: z.string().nullable().describe('What it ran before; null: nothing, so it cannot be taken back'),
    to: release,
    watchSeconds: z.number().describe('For how long it has to stay well once it is ready'),
  }),
  step('update-service', { service, from: z.string().nullable(), to: release }),
  step('start-region', {
    release,
    members: z.array(z.string()).describe('Regions whose etcd makes one cluster'),
    joins: z.boolean().describe('Whether that cluster is there already'),
    only: servers.optional().describe('Only these servers of the region'),
  }),
  step('await', {}),
  step('start-beside', { service, instance: z.string(), release }),
  step('take-over', { service, instance: z.string() }),
  step('give-back', { service, instance: z.string() }),
  step('remove-beside', { service, instance: z.string() }),
  step('scale', { service, count: z.number().int(), release }),
  step('renew', { instance: z.string(), release }),
  step('start', { servers }),
  step('stop', { servers }),
  step('backup', { type: z.enum(['full', 'diff', 'incr']) }),
  step('keep-log', {}),
  step('switchover', { from: z.string().nullable(), regions }),
  step('await-leader', { regions }),
  step('await-copies', { regions }),
  step('forget-cluster', {}),
  step('restore', { target: z.iso.datetime() }),
  step('drop-copy', {}),
  step('verify-restore', { target: z.iso.datetime() }),
  step('write-region', { values: z.record(z.string(), z.string()) }),
  step('make-secrets', {}),
  step('join-etcd', { via: z.string() }),
  step('recreate', { servers }),
]);
export type Step = z.infer<typeof Step>;
export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** What a step does, in one line of the plan. */
export function stepText(one: Step): string {
  const describe = TEXTS[one.kind] as (one: Step) => string;
  return `${one.region}: ${describe(one)}`;
}

const was = (from: string | null): string => from ?? 'nothing';

const TEXTS: { readonly [K in Step['kind']]: (one: StepOf<K>) => string } = {
  check: (one) => `check secrets, configuration and the images of ${one.release}`,
  migrate: (one) => `bring the database to the schema of ${one.release} (only adds)`,
  replace: ({ instance, from, to, watchSeconds }) =>
    `${instance} ${was(from)} -> ${to}${watchSeconds > 0 ? `, watched for ${watchSeconds} s` : ''}`,
  'update-service': (one) => `all of ${one.service} ${was(one.from)} -> ${one.to}`,
  'start-region': (one) =>
    one.only ? `start ${one.only.join(', ')}` : `start what does not run, services as ${one.release}`,
  await: () => 'wait until every instance is ready',
  'start-beside': (one) => `start ${one.release} beside ${one.instance}, and wait until it is well`,
  'take-over': (one) => `send work to the one beside ${one.instance}; drain the old one, and keep it`,
  'give-back': (one) => `start the old ${one.instance} again, and send work to it`,
  'remove-beside': (one) => `drain the one beside ${one.instance}, and remove it`,
  scale: (one) => `${one.count} of ${one.service}`,
  renew: (one) => `make ${one.instance} anew, so that it learns of the others`,
  start: (one) => `start ${one.servers.join(', ')}`,
  stop: (one) => `stop ${one.servers.join(', ')}`,
  backup: (one) => `${one.type} backup`,
  'keep-log': () => 'put the log of PostgreSQL up to now into the repository',
  switchover: (one) =>
    one.from === null
      ? 'make its PostgreSQL the primary, without the old one'
      : `make its PostgreSQL the primary in the place of ${one.from}`,
  'await-leader': () => 'wait until its PostgreSQL is the only primary',
  'await-copies': () => 'wait until all other nodes follow',
  'forget-cluster': () => 'let etcd forget who was primary',
  restore: (one) => `put the database as it was at ${one.target} in the place of what is there`,
  'drop-copy': () => 'delete its copy of the database',
  'verify-restore': (one) => `see that nothing is there from after ${one.target}`,
  'write-region': () => 'write its file, and compose files and targets anew',
  'make-secrets': () => 'make secrets and certificates that are missing',
  'join-etcd': (one) => `add its etcd to the cluster, by way of ${one.via}`,
  recreate: (one) => `make ${one.servers.join(', ')} anew with the new files`,
};
