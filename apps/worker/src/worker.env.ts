import { PlatformEnv } from '@btcforecast/platform';
import { z } from 'zod';

export const WorkerEnv = PlatformEnv.extend({
  OPERATOR_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({
      description:
        'Incoming webhook (Slack-compatible) that is told about gaps nobody could repair; unset: nobody is told',
      secret: true,
    }),
});
export type WorkerEnv = Readonly<z.infer<typeof WorkerEnv>>;
