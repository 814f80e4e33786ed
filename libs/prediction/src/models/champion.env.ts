import { z } from 'zod';

const reference = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}@[1-9]\d{0,8}$/, 'must be <name>@<version>, e.g. har@2');

/** What every service reads that must know who is champion. */
export const ChampionEnv = z.object({
  CHAMPION: reference
    .default('har@2')
    .describe('Model version that answers until another is promoted, <name>@<version>'),
  BASE_MODEL: reference
    .default('base@1')
    .describe('The same for instruments that CHAMPION was not trained on; a baseline answers for all'),
});
