import { z } from 'zod';

/** Of services that answer questions about what only services write. */
export const ReplicaEnv = z.object({
  DATABASE_REPLICA_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .meta({
      description: 'PostgreSQL replica of the region for reads that may be a little old; unset: DATABASE_URL',
      secret: true,
    }),
  DATABASE_REPLICA_MAX_LAG_SECONDS: z.coerce
    .number()
    .min(2)
    .max(300)
    .default(5)
    .describe('What is read from the replica is at most this old, seconds; else the primary is asked'),
});
export type ReplicaEnv = Readonly<z.infer<typeof ReplicaEnv>>;
