import type { QuotaRefusal } from '@btcforecast/access';
import { AppError } from '@btcforecast/platform';

const WORDS = {
  burst: 'the units of this minute are used up',
  daily: 'the units of this day are used up',
  concurrent: 'too many requests of this tenant are being answered at the same time',
} as const;

/** A quota does not allow the request now; the reply names the policies that it breaks. */
export class QuotaError extends AppError {
  constructor(readonly refusal: QuotaRefusal) {
    const { policies, retryAfterSeconds } = refusal;
    super(
      'transient',
      policies.includes('concurrent') ? 'quota.concurrency' : 'quota.exceeded',
      `${policies.map((policy) => WORDS[policy]).join(', ')}; try again in ${retryAfterSeconds} s`,
      { retryAfterSeconds },
    );
  }
}
