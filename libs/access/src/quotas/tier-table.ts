import { z } from 'zod';
import { LEAST_TIER, TIERS, type TierTable } from './tiers.js';

const units = z.number().int().min(1).max(1e12).nullable();
const TierOverrides = z.record(
  z.string().regex(/^[a-z0-9-]{1,40}$/),
  z.strictObject({ burst: units, daily: units, concurrent: units }),
);

/** The table of tiers with what configuration changes of it, from a variable that holds JSON. */
export const TierTableText = z
  .string()
  .default('{}')
  .transform((text, context): TierTable => {
    const overrides = TierOverrides.safeParse(fromJson(text));
    if (overrides.success) return { ...TIERS, ...overrides.data };
    context.addIssue(
      'must be a JSON object such as {"team":{"burst":3000,"daily":null,"concurrent":50}}: units a minute, units a ' +
        'day, requests at the same time; null for no limit',
    );
    return z.NEVER;
  });

/** Units a day of a tier; null: as many as it likes. One that is not in the table has the least. */
export function dailyUnitsOf(tiers: TierTable, tier: string): number | null {
  const limits = Object.hasOwn(tiers, tier) ? tiers[tier] : tiers[LEAST_TIER];
  return limits!.daily; // configuration cannot take the least away
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no object, so the schema refuses it
  }
}
