import { TierTableText } from '@btcforecast/access';
import { NotificationsEnv } from '@btcforecast/notifications';
import { PlatformEnv, secret, SecretsEnv } from '@btcforecast/platform';
import { ChampionEnv, TrackRecordTransitEnv } from '@btcforecast/prediction';
import { z } from 'zod';

const HOUR_MS = 3_600_000;

export const WorkerEnv = PlatformEnv.extend({
  ...SecretsEnv,
  ...NotificationsEnv,
  ...ChampionEnv.shape,
  RETRAIN_EVERY: z
    .string()
    .regex(/^[1-9]\d{0,3}[hd]$/, 'must be hours or days, e.g. 12h or 7d')
    .default('7d')
    .transform((text) => Number(text.slice(0, -1)) * (text.endsWith('d') ? 24 : 1) * HOUR_MS)
    .describe('How often a candidate is trained on what has come since, event time, e.g. 12h or 7d'),
  TRACK_RECORD_KEY_FILE: z
    .string()
    .default('.btcforecast/track-record.key')
    .describe(
      'Private key that signs the track record, ed25519 in PEM; made at first use (npm start: track-record.key in the data folder)',
    ),
  ...TrackRecordTransitEnv,
  MLFLOW_TRACKING_URI: z
    .url({ protocol: /^https?$/ })
    .refine(
      (uri) => !/^\w+:\/\/[^/?#]*@/.test(uri),
      'must hold no password; MLFLOW_TRACKING_TOKEN is for that',
    )
    .optional()
    .describe('MLflow server that gets a copy of every model version with its evidence; unset: none'),
  MLFLOW_TRACKING_TOKEN: secret('Bearer token for that server').optional(),
  QUOTA_TIERS: TierTableText.describe(
    'Tiers that differ from the built-in table, or come in addition, as JSON; the same as for the gateway',
  ),
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
