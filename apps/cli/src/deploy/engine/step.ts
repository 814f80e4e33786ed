import { z } from 'zod';
import { SERVICES } from '../driver.js';

/**
 * One thing to do. A step is plain data, written into the journal before anything is done, so that an interrupted run
 * is resumed by another process; doing a step twice ends in the same state as doing it once.
 */
const common = { id: z.string(), region: z.string() };

export const CheckStep = z.object({ ...common, kind: z.literal('check'), release: z.string() });
export const MigrateStep = z.object({ ...common, kind: z.literal('migrate'), release: z.string() });
export const ReplaceStep = z.object({
  ...common,
  kind: z.literal('replace'),
  service: z.enum(SERVICES),
  instance: z.string(),
  from: z.string().nullable().describe('What it ran before; null: nothing, so it cannot be taken back'),
  to: z.string(),
  watchSeconds: z.number().describe('For how long it has to stay well once it is ready'),
});
export const UpdateServiceStep = z.object({
  ...common,
  kind: z.literal('update-service'),
  service: z.enum(SERVICES),
  from: z.string().nullable(),
  to: z.string(),
});

export const Step = z.discriminatedUnion('kind', [CheckStep, MigrateStep, ReplaceStep, UpdateServiceStep]);
export type Step = z.infer<typeof Step>;
export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

/** What a step does, in one line of the plan. */
export function stepText(step: Step): string {
  const describe = TEXTS[step.kind] as (step: Step) => string;
  return `${step.region}: ${describe(step)}`;
}

const TEXTS: { readonly [K in Step['kind']]: (step: StepOf<K>) => string } = {
  check: ({ release }) => `check secrets, configuration and the images of ${release}`,
  migrate: ({ release }) => `bring the database to the schema of ${release} (only adds)`,
  replace: ({ instance, from, to, watchSeconds }) =>
    `${instance} ${from ?? 'nothing'} -> ${to}${watchSeconds > 0 ? `, watched for ${watchSeconds} s` : ''}`,
  'update-service': ({ service, from, to }) => `all of ${service} ${from ?? 'nothing'} -> ${to}`,
};
