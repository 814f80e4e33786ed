// Made from openapi/gateway.json by npm run api:generate; change the API instead.

export type ClientOptions = {
  baseUrl: `${string}://${string}` | (string & {});
};

export type Alert = {
  /**
   * Id of the rule
   */
  id: string;
  /**
   * What it is called in messages
   */
  name: string;
  condition: AlertConditionReply;
  /**
   * It fires, and is over, only after it has been so for this long, event time, an integer of minutes
   */
  holdMinutes: number;
  /**
   * After it has fired it does not fire again for this long, event time, an integer of minutes
   */
  cooldownMinutes: number;
  /**
   * false: it is not judged
   */
  enabled: boolean;
  state: AlertState;
  /**
   * Event time of the last change of state, of usage wall time, UTC; null: none yet
   */
  since: Instant | null;
  /**
   * What was last compared, in the unit of the condition: currency, percent, 0 to 1 or count; null: nothing yet
   */
  value: number | null;
  /**
   * Event time up to which it has been judged, of usage wall time, UTC; null: not yet
   */
  judgedUntil: Instant | null;
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
  /**
   * When it was last changed, UTC
   */
  updatedAt: Instant;
  source: Source;
};

/**
 * When a rule fires, and when it counts as over
 */
export type AlertCondition =
  | {
      /**
       * The close of a candle
       */
      kind: 'price';
      instrument: InstrumentId;
      /**
       * Candles at whose close it is judged
       */
      interval?: Interval;
      /**
       * crosses: the close lies on the other side than the one before, in either direction
       */
      test: 'above' | 'below' | 'crosses';
      /**
       * Level, price in the quote currency
       */
      level: number;
      /**
       * Where it counts as over; default: the level, price in the quote currency
       */
      clear?: number;
    }
  | {
      /**
       * How far the close has moved over a window
       */
      kind: 'price_change';
      instrument: InstrumentId;
      /**
       * Length of the window, an integer of hours
       */
      windowHours: number;
      /**
       * moves: in either direction
       */
      test: 'rises' | 'falls' | 'moves';
      /**
       * By at least this, percent, dimensionless
       */
      percent: number;
      /**
       * Over when by less than this; default: percent; dimensionless
       */
      clear?: number;
    }
  | {
      /**
       * A quantile of the forecast
       */
      kind: 'forecast_quantile';
      instrument: InstrumentId;
      horizon: Horizon;
      /**
       * Level of the quantile, 0 to 1, e.g. 0.05
       */
      quantile: number;
      /**
       * Side of the level on which it fires
       */
      test: 'above' | 'below';
      /**
       * Level, price in the quote currency
       */
      level: number;
      /**
       * Where it counts as over; default: the level, price in the quote currency
       */
      clear?: number;
    }
  | {
      /**
       * Probability that the price ends above or below a level
       */
      kind: 'event_probability';
      instrument: InstrumentId;
      horizon: Horizon;
      /**
       * Side of the price on which the close at the target lies
       */
      event: 'above' | 'below';
      /**
       * Of the event, price in the quote currency
       */
      price: number;
      /**
       * Side of the probability on which it fires
       */
      test: 'at_least' | 'at_most';
      /**
       * Probability, 0 to 1
       */
      probability: number;
      /**
       * Where it counts as over; default: the probability, 0 to 1
       */
      clear?: number;
    }
  | {
      /**
       * A test of drift was raised
       */
      kind: 'drift';
      instrument: InstrumentId;
      /**
       * Fires when one was raised within, an integer of hours
       */
      windowHours?: number;
    }
  | {
      /**
       * Hourly candles are missing
       */
      kind: 'gap';
      instrument: InstrumentId;
      /**
       * Counted over, an integer of hours
       */
      windowHours?: number;
      /**
       * Fires when so many are missing, count
       */
      missing?: number;
    }
  | {
      /**
       * Share of the tenant's quota of the day that is used
       */
      kind: 'usage';
      /**
       * Fires from here on, 0 to 1
       */
      share: number;
      /**
       * Where it counts as over; default: the share, 0 to 1
       */
      clear?: number;
    };

/**
 * When the rule fires
 */
export type AlertConditionReply =
  | {
      /**
       * The close of a candle
       */
      kind: 'price';
      instrument: InstrumentId;
      /**
       * Candles at whose close it is judged
       */
      interval: Interval;
      /**
       * crosses: the close lies on the other side than the one before, in either direction
       */
      test: 'above' | 'below' | 'crosses';
      /**
       * Level, price in the quote currency
       */
      level: number;
      /**
       * Where it counts as over; default: the level, price in the quote currency
       */
      clear?: number;
    }
  | {
      /**
       * How far the close has moved over a window
       */
      kind: 'price_change';
      instrument: InstrumentId;
      /**
       * Length of the window, an integer of hours
       */
      windowHours: number;
      /**
       * moves: in either direction
       */
      test: 'rises' | 'falls' | 'moves';
      /**
       * By at least this, percent, dimensionless
       */
      percent: number;
      /**
       * Over when by less than this; default: percent; dimensionless
       */
      clear?: number;
    }
  | {
      /**
       * A quantile of the forecast
       */
      kind: 'forecast_quantile';
      instrument: InstrumentId;
      horizon: Horizon;
      /**
       * Level of the quantile, 0 to 1, e.g. 0.05
       */
      quantile: number;
      /**
       * Side of the level on which it fires
       */
      test: 'above' | 'below';
      /**
       * Level, price in the quote currency
       */
      level: number;
      /**
       * Where it counts as over; default: the level, price in the quote currency
       */
      clear?: number;
    }
  | {
      /**
       * Probability that the price ends above or below a level
       */
      kind: 'event_probability';
      instrument: InstrumentId;
      horizon: Horizon;
      /**
       * Side of the price on which the close at the target lies
       */
      event: 'above' | 'below';
      /**
       * Of the event, price in the quote currency
       */
      price: number;
      /**
       * Side of the probability on which it fires
       */
      test: 'at_least' | 'at_most';
      /**
       * Probability, 0 to 1
       */
      probability: number;
      /**
       * Where it counts as over; default: the probability, 0 to 1
       */
      clear?: number;
    }
  | {
      /**
       * A test of drift was raised
       */
      kind: 'drift';
      instrument: InstrumentId;
      /**
       * Fires when one was raised within, an integer of hours
       */
      windowHours: number;
    }
  | {
      /**
       * Hourly candles are missing
       */
      kind: 'gap';
      instrument: InstrumentId;
      /**
       * Counted over, an integer of hours
       */
      windowHours: number;
      /**
       * Fires when so many are missing, count
       */
      missing: number;
    }
  | {
      /**
       * Share of the tenant's quota of the day that is used
       */
      kind: 'usage';
      /**
       * Fires from here on, 0 to 1
       */
      share: number;
      /**
       * Where it counts as over; default: the share, 0 to 1
       */
      clear?: number;
    };

export type AlertHistoryReply = {
  /**
   * Newest first
   */
  data: Array<{
    /**
     * resolved: it is over
     */
    state: 'firing' | 'resolved';
    /**
     * Event time of the candle, forecast or hour that was judged; of usage wall time; UTC
     */
    at: Instant;
    /**
     * What was compared, in the unit of the condition: currency, percent, 0 to 1 or count
     */
    value: number;
    /**
     * The same in a sentence
     */
    text: string;
  }>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type AlertRequest = {
  /**
   * What it is called in messages
   */
  name: string;
  condition: AlertCondition;
  /**
   * It fires, and is over, only after it has been so for this long, event time, an integer of minutes
   */
  holdMinutes?: number;
  /**
   * After it has fired it does not fire again for this long, event time, an integer of minutes
   */
  cooldownMinutes?: number;
  /**
   * false: it is not judged
   */
  enabled?: boolean;
};

/**
 * firing: from when it fires until it is over
 */
export type AlertState = 'ok' | 'firing';

export type AlertTestReply = {
  /**
   * Event time from which it was judged, UTC
   */
  from: Instant;
  /**
   * Event time until which it was judged, UTC
   */
  to: Instant;
  /**
   * Candles, forecasts or hours that were judged, count
   */
  judged: number;
  state: AlertState;
  /**
   * When it would have fired and been over, oldest first
   */
  transitions: Array<{
    /**
     * resolved: it is over
     */
    state: 'firing' | 'resolved';
    /**
     * Event time of the candle, forecast or hour that was judged; of usage wall time; UTC
     */
    at: Instant;
    /**
     * What was compared, in the unit of the condition: currency, percent, 0 to 1 or count
     */
    value: number;
    /**
     * The same in a sentence
     */
    text: string;
  }>;
  source: Source;
};

export type AlertTestRequest = {
  condition: AlertCondition;
  /**
   * It fires, and is over, only after it has been so for this long, event time, an integer of minutes
   */
  holdMinutes?: number;
  /**
   * After it has fired it does not fire again for this long, event time, an integer of minutes
   */
  cooldownMinutes?: number;
  /**
   * Event time from which it is judged; default: 168 hours before to
   */
  from?: string | string;
  /**
   * Event time until which it is judged; default: now
   */
  to?: string | string;
};

export type AlertUpdateRequest = {
  /**
   * What it is called in messages
   */
  name?: string;
  condition?: AlertCondition;
  /**
   * It fires, and is over, only after it has been so for this long, event time, an integer of minutes
   */
  holdMinutes?: number;
  /**
   * After it has fired it does not fire again for this long, event time, an integer of minutes
   */
  cooldownMinutes?: number;
  /**
   * false: it is not judged
   */
  enabled?: boolean;
};

export type AlertsReply = {
  /**
   * Newest first
   */
  data: Array<Alert>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

/**
 * champion answers; challenger forecasts the same origins and is only scored; canary answers a share of requests
 */
export type Alias = 'champion' | 'challenger' | 'canary';

export type AliasHistoryReply = {
  instrument: InstrumentId;
  /**
   * Who holds what now; empty: the feed does not follow it
   */
  current: Array<AliasHolder>;
  /**
   * Newest first
   */
  data: Array<AliasMove>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
  source: Source;
};

export type AliasHolder = {
  alias: Alias;
  model: ModelReference;
  /**
   * First origin it holds for, UTC; null: by configuration
   */
  since: Instant | null;
  /**
   * Why it was moved there; configured: nobody moved it, the configuration names it
   */
  reason: string;
};

export type AliasMove = {
  /**
   * Number of the move
   */
  id: string;
  instrument: InstrumentId;
  alias: Alias;
  /**
   * Who held it before
   */
  from: ModelReference | null;
  /**
   * Who holds it from then on; null: nobody
   */
  to: ModelReference | null;
  /**
   * Share of requests that a canary answers, 0 to 1; null for the others
   */
  share: number | null;
  /**
   * First origin that it holds for, UTC
   */
  effectiveOrigin: Instant;
  /**
   * Who moved it: a policy, or a key by its id
   */
  actor: string;
  /**
   * Why
   */
  reason: string;
  /**
   * Number of the evaluation it rests on
   */
  evaluation: string | null;
  /**
   * Event time of the move, UTC
   */
  movedAt: Instant;
};

export type AuditEntry = {
  /**
   * Id of the entry
   */
  id: string;
  /**
   * When it began, wall time, UTC
   */
  at: Instant;
  /**
   * Whose it is; null: of nobody
   */
  tenant: string | null;
  /**
   * What kind of actor it was
   */
  kind: 'key' | 'client' | 'session' | 'system' | 'anonymous';
  /**
   * Who did it: a key, client or session by its id, a part of the system, or anonymous
   */
  actor: string;
  /**
   * Permission and route
   */
  action: string;
  /**
   * What it was done to
   */
  subject: string | null;
  /**
   * Address it came from
   */
  address: string | null;
  /**
   * What the client said it is, shortened
   */
  userAgent: string | null;
  /**
   * Id of the request, as in x-request-id
   */
  requestId: string | null;
  /**
   * unknown: it began, and nobody knows how it ended
   */
  outcome: 'done' | 'failed' | 'refused' | 'unknown';
  /**
   * HTTP status of the reply
   */
  status: number | null;
  /**
   * Code of the problem, if it was answered with one
   */
  code: string | null;
  /**
   * How many alike it stands for, count; above 1 for refusals
   */
  count: number;
  /**
   * What else is known, by name
   */
  detail: {
    [key: string]: unknown;
  };
  /**
   * Place in the chain, an integer from 1
   */
  seq: number;
  /**
   * Hash of the entry in the chain
   */
  hash: string;
};

export type AuditReply = {
  /**
   * Newest first
   */
  data: Array<AuditEntry>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type Backtest = {
  /**
   * Id of the backtest
   */
  id: string;
  instrument: InstrumentId;
  /**
   * What was asked
   */
  request: {
    /**
     * First origin, inclusive, UTC
     */
    from: Instant;
    /**
     * Last origin, inclusive, UTC
     */
    to: Instant;
    /**
     * Step of the origins
     */
    every: string;
    /**
     * How far ahead
     */
    horizons: Array<Horizon>;
    /**
     * As it was asked for
     */
    model: string;
    /**
     * How often the model is fitted anew on what was known then
     */
    refit: 'none' | 'weekly' | 'monthly';
  };
  /**
   * done, failed and cancelled are final
   */
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /**
   * Share of the work that is done, 0 to 1
   */
  progress: number;
  /**
   * What is going on
   */
  stage: string;
  /**
   * null unless it is done
   */
  result: BacktestResult | null;
  /**
   * null unless it failed
   */
  error: {
    /**
     * Machine-readable code, as of a problem
     */
    code: string;
    /**
     * What was wrong and what to do
     */
    detail: string;
  } | null;
  /**
   * When it was asked for, UTC
   */
  createdAt: Instant;
  /**
   * When a worker took it up, UTC
   */
  startedAt: Instant | null;
  /**
   * When it came to its end, UTC
   */
  finishedAt: Instant | null;
  source: Source;
};

export type BacktestRequest = {
  instrument?: InstrumentId;
  /**
   * First origin, inclusive, a full hour UTC
   */
  from: string | string;
  /**
   * Last origin, inclusive, a full hour UTC
   */
  to: string | string;
  /**
   * Step of the origins, 1h to 168h
   */
  every?: string;
  /**
   * How far ahead
   */
  horizons?: Array<Horizon>;
  /**
   * champion, <name> for its newest version, or <name>@<version>
   */
  model?: string;
  /**
   * How often the model is fitted anew on what was known then
   */
  refit?: 'none' | 'weekly' | 'monthly';
};

export type BacktestResult = {
  /**
   * The version that answered
   */
  model: string;
  /**
   * Origins with a candle, count
   */
  origins: number;
  /**
   * Origins without a candle: nothing is forecast from there, count
   */
  missing: number;
  /**
   * Origins with too little history before them, count
   */
  withoutHistory: number;
  /**
   * Origins inside the training span: they prove nothing, count
   */
  inSample: number;
  /**
   * SHA-256 of the candles that were used, hexadecimal
   */
  dataSha256: string;
  /**
   * By horizon, in the order asked
   */
  scores: Array<BacktestScore>;
};

export type BacktestScore = {
  horizon: Horizon;
  /**
   * Forecasts with an outcome, count
   */
  n: number;
  /**
   * Mean pinball loss of the log return, times 10,000; null while n is 0
   */
  pinball: number | null;
  /**
   * Mean CRPS of the log return, times 10,000; null while n is 0
   */
  crps: number | null;
  /**
   * Of the 50, 80 and 90 % intervals
   */
  coverage: Array<{
    /**
     * Which central interval, 0 to 1
     */
    share: number;
    /**
     * Mean over the forecasts, share of outcomes inside, 0 to 1
     */
    mean: number;
    /**
     * Standard error by block bootstrap, share of outcomes inside, 0 to 1; null: too few blocks
     */
    standardError: number | null;
    /**
     * Lower end of the 95 % interval, share of outcomes inside, 0 to 1; null: too few blocks
     */
    low: number | null;
    /**
     * Upper end of the 95 % interval, share of outcomes inside, 0 to 1; null: too few blocks
     */
    high: number | null;
  }>;
  /**
   * Mean absolute error of the median over that of the last price, dimensionless
   */
  maeRatio: number | null;
  /**
   * Model minus baseline, with a 95 % block-bootstrap interval
   */
  differences: Array<{
    /**
     * Name of the baseline
     */
    baseline: string;
    /**
     * Forecasts compared, count
     */
    n: number;
    /**
     * The baseline's mean pinball loss over them, times 10,000
     */
    pinball: number;
    /**
     * Mean over the forecasts, times 10,000; negative: the model is better
     */
    mean: number;
    /**
     * Standard error by block bootstrap, times 10,000; negative: the model is better; null: too few blocks
     */
    standardError: number | null;
    /**
     * Lower end of the 95 % interval, times 10,000; negative: the model is better; null: too few blocks
     */
    low: number | null;
    /**
     * Upper end of the 95 % interval, times 10,000; negative: the model is better; null: too few blocks
     */
    high: number | null;
  }>;
};

export type BacktestsReply = {
  /**
   * Newest first
   */
  data: Array<Backtest>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
  source: Source;
};

export type BaselineScore = {
  /**
   * Forecasts compared, count
   */
  n: number;
  /**
   * The baseline's mean pinball loss of the log return, times 10,000; null while n is 0
   */
  pinball: number | null;
  /**
   * Model minus baseline, mean pinball loss times 10,000; negative: the model is better; null while n is 0
   */
  difference: number | null;
  /**
   * Lower end of the 95 % block-bootstrap interval of difference, times 10,000; null while there are fewer than five independent blocks
   */
  low: number | null;
  /**
   * Upper end of the 95 % block-bootstrap interval of difference, times 10,000; null while there are fewer than five independent blocks
   */
  high: number | null;
};

export type Candle = {
  /**
   * Start of the candle, inclusive, UTC
   */
  openTime: Instant;
  /**
   * End of the candle, exclusive, UTC
   */
  closeTime: Instant;
  /**
   * First trade, in the quote currency
   */
  open: number;
  /**
   * Highest trade, in the quote currency
   */
  high: number;
  /**
   * Lowest trade, in the quote currency
   */
  low: number;
  /**
   * Last trade, in the quote currency
   */
  close: number;
  /**
   * Traded amount, in the base currency
   */
  volume: number;
};

export type CandlesReply = {
  instrument: InstrumentId;
  interval: Interval;
  /**
   * Exchange, or the name of the replay or demo market
   */
  venue: string;
  source: Source;
  /**
   * Final candles, oldest first
   */
  data: Array<Candle>;
  /**
   * Missing ranges inside the page
   */
  gaps: Array<Gap>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type ChangeKeyRequest = {
  /**
   * What the key is for
   */
  name?: string;
  /**
   * Bundles of permissions
   */
  roles?: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Permissions to which the roles are narrowed; null: all that the roles give
   */
  scopes?: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  > | null;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments?: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons?: Array<Horizon> | null;
  /**
   * When it ends; null: never
   */
  expiresAt?: string | string | null;
  /**
   * Addresses and networks (CIDR) from which the key may be shown; null: any
   */
  allowedAddresses?: Array<string | string | string | string> | null;
  /**
   * Whether every request with this key must be signed as well (RFC 9421)
   */
  requireSignature?: boolean;
};

export type ChangeOAuthClientRequest = {
  /**
   * What the client is
   */
  name?: string;
  /**
   * Bundles of permissions
   */
  roles?: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Permissions to which the roles are narrowed; null: all that the roles give
   */
  scopes?: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  > | null;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments?: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons?: Array<Horizon> | null;
  /**
   * Public keys of private_key_jwt (RFC 7517)
   */
  jwks?: {
    /**
     * Several during a rotation
     */
    keys: Array<PublicJwk>;
  };
  /**
   * When it and its tokens end; null: never
   */
  expiresAt?: string | string | null;
};

export type ChangePasswordRequest = {
  /**
   * The password up to now
   */
  currentPassword: string;
  /**
   * 15 characters or more; a few words will do
   */
  newPassword: string;
};

export type ChangeTenantRequest = {
  /**
   * Who it is
   */
  name?: string;
  /**
   * Which quotas hold for it
   */
  tier?: string;
};

export type ChangeUserRequest = {
  /**
   * By which the user logs in
   */
  email?: string;
  /**
   * What the user is called
   */
  name?: string;
  /**
   * A new one; ends every session of the user
   */
  password?: string;
  /**
   * Bundles of permissions
   */
  roles?: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments?: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons?: Array<Horizon> | null;
  /**
   * A disabled user cannot log in, and all sessions end
   */
  disabled?: boolean;
};

export type ConfiguredTensor = {
  /**
   * Name of the tensor
   */
  name: string;
  /**
   * Type of the elements: TYPE_FP64
   */
  data_type: string;
  /**
   * Axes behind the rows
   */
  dims: Array<number>;
};

export type CreateKeyRequest = {
  /**
   * What the key is for
   */
  name: string;
  /**
   * Bundles of permissions
   */
  roles?: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Permissions to which the roles are narrowed; null: all that the roles give
   */
  scopes?: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  > | null;
  /**
   * Instruments that may be asked about; null: all; absent: as whoever makes the key
   */
  instruments?: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all; absent: as whoever makes the key
   */
  horizons?: Array<Horizon> | null;
  /**
   * When it ends; null: never
   */
  expiresAt?: string | string | null;
  /**
   * Addresses and networks (CIDR) from which the key may be shown; null: any
   */
  allowedAddresses?: Array<string | string | string | string> | null;
  /**
   * Whether every request with this key must be signed as well (RFC 9421)
   */
  requireSignature?: boolean;
};

export type CreateOAuthClientRequest = {
  /**
   * What the client is
   */
  name: string;
  /**
   * Bundles of permissions
   */
  roles?: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Permissions to which the roles are narrowed; null: all that the roles give
   */
  scopes?: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  > | null;
  /**
   * Instruments that may be asked about; null: all; absent: as whoever makes the client
   */
  instruments?: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all; absent: as whoever makes the client
   */
  horizons?: Array<Horizon> | null;
  /**
   * How the client proves who it is: by a secret in one of two places, or by a key of its own
   */
  authMethod?: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  /**
   * Public keys of private_key_jwt (RFC 7517)
   */
  jwks?: {
    /**
     * Several during a rotation
     */
    keys: Array<PublicJwk>;
  };
  /**
   * One public key in PEM, in the place of jwks
   */
  publicKey?: string;
  /**
   * When it and its tokens end; null: never
   */
  expiresAt?: string | string | null;
};

export type CreateSigningKeyRequest = {
  /**
   * Where the key lies
   */
  name: string;
  /**
   * How it signs (RFC 9421, section 3.3)
   */
  algorithm?: 'ed25519' | 'hmac-sha256';
  /**
   * The public key in PEM, for ed25519; for hmac-sha256 the secret is made here
   */
  publicKey?: string;
};

export type CreateTenantRequest = {
  /**
   * Whom it belongs to
   */
  id: string;
  /**
   * Who it is
   */
  name: string;
  /**
   * Which quotas hold for it
   */
  tier?: string;
};

export type CreateUserRequest = {
  /**
   * By which the user logs in
   */
  email: string;
  /**
   * What the user is called
   */
  name: string;
  /**
   * 15 characters or more; a few words will do
   */
  password: string;
  /**
   * Bundles of permissions
   */
  roles?: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Instruments that may be asked about; null: all; absent: as whoever makes the user
   */
  instruments?: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all; absent: as whoever makes the user
   */
  horizons?: Array<Horizon> | null;
};

export type DriftSignal = {
  /**
   * pit: uniformity of the probability integral transform; coverage: of the 80 % interval; skill: against the best baseline; input: distribution of a feature
   */
  test: 'pit' | 'coverage' | 'skill' | 'input';
  /**
   * Horizon whose forecasts are tested; null for a feature
   */
  horizon: Horizon | null;
  /**
   * Feature that is tested; null unless the test is input
   */
  feature: string | null;
  /**
   * raised: it counts as drift
   */
  state: 'quiet' | 'raised';
  /**
   * Evidence of drift now: log10 of the e-value, or of its running maximum, dimensionless
   */
  statistic: number;
  /**
   * From here on it counts as drift, dimensionless
   */
  threshold: number;
  /**
   * Origin at which it was raised, UTC
   */
  since: Instant | null;
  /**
   * Forecasts or origins looked at, count
   */
  n: number;
};

export type Evaluation = {
  /**
   * Number of the record
   */
  id: string;
  kind: EvaluationKind;
  /**
   * What came of it
   */
  verdict: 'passed' | 'refused';
  /**
   * null: refused before it became a version
   */
  model: ModelReference | null;
  /**
   * SHA-256 of the graph, hexadecimal
   */
  sha256: string;
  /**
   * On whose candles; null: on none in particular
   */
  instrument: InstrumentId | null;
  /**
   * All that was checked; a refusal names each that failed
   */
  checks: Array<EvaluationCheck>;
  /**
   * Numbers behind the verdict
   */
  evidence: {
    [key: string]: unknown;
  };
  /**
   * Event time of the decision, UTC
   */
  decidedAt: Instant;
};

export type EvaluationCheck = {
  /**
   * What was checked
   */
  name: string;
  /**
   * Whether it was as it must be
   */
  passed: boolean;
  /**
   * What was found, with numbers
   */
  detail: string;
};

/**
 * technical: loads, answers as promised, in time; walk_forward: beside the champion on past origins; shadow: beside it on live origins; canary: while answering a share of requests; live: as champion
 */
export type EvaluationKind = 'technical' | 'walk_forward' | 'shadow' | 'canary' | 'live';

export type ForecastHistoryReply = {
  instrument: InstrumentId;
  horizon: Horizon;
  source: Source;
  /**
   * Canonical forecasts, newest origin first
   */
  data: Array<ScoredForecast>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type ForecastsReply = {
  /**
   * One forecast for each horizon asked, in the order asked
   */
  data: Array<LatestForecast>;
  source: Source;
};

export type Gap = {
  /**
   * Open time of the first missing candle, UTC
   */
  from: Instant;
  /**
   * End of the last missing candle, exclusive, UTC
   */
  to: Instant;
  /**
   * unrepairable: the venue has no such candles
   */
  state: 'open' | 'repaired' | 'unrepairable';
};

/**
 * proven_skill: beats every baseline beyond doubt; no_proven_skill: not shown to; degraded: calibration has drifted; cold_start: too few outcomes to say
 */
export type Grade = 'proven_skill' | 'no_proven_skill' | 'degraded' | 'cold_start';

export type Health = {
  /**
   * live: it runs; ready: it takes requests
   */
  status: 'live' | 'ready';
};

/**
 * Time from origin to target
 */
export type Horizon = '1h' | '4h' | '24h' | '168h';

export type Identity = {
  /**
   * What was shown
   */
  kind: 'key' | 'client' | 'session';
  /**
   * Id of the key, the OAuth client or the user
   */
  id: string;
  /**
   * Whom it belongs to
   */
  tenant: string;
  /**
   * What it is called
   */
  name: string;
  /**
   * Its roles
   */
  roles: Array<string>;
  /**
   * What it may do
   */
  permissions: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  >;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons: Array<Horizon> | null;
};

export type InferReply = {
  /**
   * Name of the model
   */
  model_name: string;
  /**
   * Version that answered
   */
  model_version: string;
  /**
   * As in the request, or the id of the request
   */
  id: string;
  /**
   * In the order in which they were asked for
   */
  outputs: Array<{
    /**
     * Name of the output
     */
    name: string;
    /**
     * Size of each axis; the first one is the number of rows
     */
    shape: Array<number>;
    /**
     * Type of the elements: FP64 for every model here
     */
    datatype: string;
    parameters?: InferenceParameters;
    /**
     * Numbers in row-major order; absent when they follow as bytes
     */
    data?: Array<number>;
  }>;
};

export type InferRequest = {
  /**
   * Comes back in the reply; without one the reply has the id of the request
   */
  id?: string | null;
  parameters?: InferenceParameters | null;
  /**
   * All inputs of the model, in any order
   */
  inputs: Array<{
    /**
     * Name of the input, as in the metadata of the model
     */
    name: string;
    /**
     * Size of each axis; the first one is the number of rows
     */
    shape: Array<number>;
    /**
     * Type of the elements: FP64 for every model here
     */
    datatype: string;
    parameters?: InferenceParameters | null;
    data?: Array<unknown> | null;
  }>;
  /**
   * Outputs wanted, in the order wanted; without them all
   */
  outputs?: Array<{
    /**
     * Name of the output, as in the metadata of the model
     */
    name: string;
    parameters?: InferenceParameters | null;
  }> | null;
};

export type InferenceError = {
  /**
   * What was wrong and what to do
   */
  error: string;
};

/**
 * Of a request: `binary_data_output`, `timeout` (µs), `priority` (1 first, 2 as without). Of an input: `binary_data_size`, bytes. Of an output: `binary_data`. Others do nothing
 */
export type InferenceParameters = {
  [key: string]: string | number | boolean;
};

/**
 * ISO 8601 instant, UTC
 */
export type Instant = string;

export type Instrument = {
  id: InstrumentId;
  /**
   * Base currency
   */
  base: string;
  /**
   * Quote currency
   */
  quote: string;
  source: Source;
  /**
   * Where its candles come from now
   */
  venue: string;
  /**
   * Intervals that are served
   */
  intervals: Array<Interval>;
  /**
   * Close time of the newest final hourly candle, UTC
   */
  lastCandleAt: Instant | null;
  /**
   * Event time of the market, UTC; runs faster than the clock in a replay
   */
  marketTime: Instant | null;
  /**
   * Missing ranges not yet repaired, count
   */
  openGaps: number;
};

/**
 * Instrument, base and quote joined by a hyphen
 */
export type InstrumentId = string;

export type InstrumentsReply = {
  /**
   * All instruments
   */
  data: Array<Instrument>;
  source: Source;
};

/**
 * Length of a candle
 */
export type Interval = '1m' | '5m' | '15m' | '1h' | '4h' | '1d';

export type JwksReply = {
  /**
   * The key that signs now, the next one, and those whose signatures still count
   */
  keys: Array<{
    /**
     * OKP
     */
    kty: string;
    /**
     * Ed25519
     */
    crv: string;
    /**
     * The public key, base64url
     */
    x: string;
    /**
     * Names the key: its thumbprint (RFC 7638)
     */
    kid: string;
    /**
     * EdDSA
     */
    alg: string;
    /**
     * sig
     */
    use: string;
  }>;
};

export type Key = {
  /**
   * Names the key everywhere; no secret
   */
  id: string;
  /**
   * Whom it belongs to
   */
  tenant: string;
  /**
   * What the key is for
   */
  name: string;
  /**
   * Only an active key opens anything
   */
  state: 'active' | 'expired' | 'revoked';
  /**
   * Bundles of permissions
   */
  roles: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Permissions to which the roles are narrowed; null: all that the roles give
   */
  scopes: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  > | null;
  /**
   * What it may do now, by its roles and scopes
   */
  permissions: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  >;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons: Array<Horizon> | null;
  /**
   * Addresses and networks from which it may be shown; null: any
   */
  allowedAddresses: Array<string> | null;
  /**
   * Whether every request with this key must be signed as well (RFC 9421)
   */
  requireSignature: boolean;
  /**
   * Who made it
   */
  createdBy: string;
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
  /**
   * When it ends, UTC; null: never
   */
  expiresAt: Instant | null;
  /**
   * When it was revoked, UTC; null: it was not
   */
  revokedAt: Instant | null;
  /**
   * When its secret was last replaced, UTC; null: never
   */
  rotatedAt: Instant | null;
  /**
   * Until when the secret before the last rotation goes on, UTC; null: there is none
   */
  previousSecretUntil: Instant | null;
  /**
   * When it was last shown, UTC, to a minute or so; null: never
   */
  lastUsedAt: Instant | null;
};

export type KeysReply = {
  /**
   * Newest first; revoked and expired ones too
   */
  data: Array<Key>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type LatestForecast = {
  /**
   * SHA-256 of what the forecast was made from, hexadecimal
   */
  id: string;
  instrument: InstrumentId;
  horizon: Horizon;
  /**
   * Close time of the last candle the forecast could see, UTC
   */
  origin: Instant;
  /**
   * Close time the forecast is about, UTC
   */
  target: Instant;
  /**
   * Close at the origin, price in the quote currency
   */
  price: number;
  quantiles: Quantiles;
  /**
   * Probability that the close at the target is above price, 0 to 1
   */
  probabilityUp: number;
  /**
   * Forecast scale of the log return over the horizon, dimensionless
   */
  volatility: number;
  /**
   * The model that answered
   */
  model: {
    /**
     * Name of the model
     */
    name: string;
    /**
     * Version of the model, an increasing integer
     */
    version: number;
  };
  /**
   * Exchange, or the name of the replay or demo market
   */
  venue: string;
  source: Source;
  /**
   * Event time of issue, UTC
   */
  issuedAt: Instant;
  timeliness: Timeliness;
  /**
   * The origin lies inside the training span of the model: never counted as skill
   */
  inSample: boolean;
  /**
   * The one row that counts for this instrument, origin and horizon
   */
  canonical: boolean;
  /**
   * The levels asked for, ascending; absent unless asked
   */
  levels?: Array<LevelQuantile>;
  standing: Standing;
};

export type LevelQuantile = {
  /**
   * Probability of a price at or below it, 0 to 1
   */
  level: number;
  /**
   * Quantile, price in the quote currency
   */
  price: number;
  /**
   * head: forecast at this level; interpolated: between two of those; extrapolated: beyond the outermost ones, where the tail is an assumption
   */
  from: 'head' | 'interpolated' | 'extrapolated';
};

export type LoginRequest = {
  /**
   * The tenant of the user
   */
  tenant?: string;
  /**
   * By which the user logs in
   */
  email: string;
  /**
   * The password of the user
   */
  password: string;
};

export type Model = {
  reference: ModelReference;
  /**
   * Name of the model
   */
  name: string;
  /**
   * Version of the model, an increasing integer
   */
  version: number;
  /**
   * How it was made
   */
  family: string;
  status: ModelStatus;
  /**
   * Instruments it was trained on; empty: unknown
   */
  instruments: Array<string>;
  /**
   * Candles that it has seen; null: unknown
   */
  trainingSpan: {
    /**
     * Open time of the first candle, UTC
     */
    from: Instant;
    /**
     * Close time of the last candle, UTC
     */
    to: Instant;
  } | null;
  /**
   * Digest of these candles; null: unknown
   */
  dataSha256: string | null;
  /**
   * Program that trained it; null: unknown
   */
  codeVersion: string | null;
  /**
   * SHA-256 of the graph, hexadecimal
   */
  sha256: string;
  /**
   * Size of the graph, an integer of bytes
   */
  bytes: number;
  /**
   * When it was registered, UTC
   */
  createdAt: Instant;
  /**
   * What it is now
   */
  aliases: Array<{
    instrument: InstrumentId;
    alias: Alias;
    /**
     * First origin it holds for, UTC; null: by configuration
     */
    since: Instant | null;
  }>;
  /**
   * Newest evaluation; null: none
   */
  lastVerdict: {
    kind: EvaluationKind;
    /**
     * What came of it
     */
    verdict: 'passed' | 'refused';
    /**
     * Event time of the decision, UTC
     */
    decidedAt: Instant;
  } | null;
  /**
   * The record that travels with the graph
   */
  manifest: {
    [key: string]: unknown;
  };
  /**
   * Model card generated from this record, Markdown
   */
  card: string;
  /**
   * Newest first
   */
  evaluations: Array<Evaluation>;
  /**
   * Of aliases to or from it, newest first
   */
  moves: Array<AliasMove>;
  /**
   * Of its live forecasts; empty while it has none
   */
  drift: Array<DriftSignal>;
};

export type ModelConfig = {
  /**
   * Name of the model
   */
  name: string;
  /**
   * What runs it: onnxruntime_onnx
   */
  platform: string;
  /**
   * What runs it: onnxruntime
   */
  backend: string;
  /**
   * Rows of one request at most, an integer
   */
  max_batch_size: number;
  /**
   * What it reads
   */
  input: Array<ConfiguredTensor>;
  /**
   * What it answers
   */
  output: Array<ConfiguredTensor>;
  /**
   * Which versions can be asked
   */
  version_policy: {
    /**
     * Those that can be asked
     */
    specific: {
      /**
       * Which, newest first
       */
      versions: Array<number>;
    };
  };
  /**
   * How requests share runs
   */
  dynamic_batching: {
    /**
     * Never waits for company, an integer of µs: 0
     */
    max_queue_delay_microseconds: number;
    /**
     * Levels of `priority`, count
     */
    priority_levels: number;
    /**
     * Level without one, an integer
     */
    default_priority_level: number;
  };
};

export type ModelLoad = {
  /**
   * Name of the model
   */
  name: string;
  /**
   * It is loaded
   */
  load: true;
};

export type ModelMetadata = {
  /**
   * Name of the model
   */
  name: string;
  /**
   * Versions that can be asked now, newest first
   */
  versions: Array<string>;
  /**
   * What runs it: onnx_onnxv1
   */
  platform: string;
  /**
   * What it reads
   */
  inputs: Array<TensorMetadata>;
  /**
   * What it answers
   */
  outputs: Array<TensorMetadata>;
};

export type ModelNames = {
  /**
   * Names of models that can be asked, the champion first
   */
  models: Array<string>;
};

export type ModelReady = {
  /**
   * Name of the model
   */
  name: string;
  /**
   * Always true: what is not ready is an error
   */
  ready: boolean;
};

/**
 * A version of a model, written name@version
 */
export type ModelReference = string;

export type ModelStatistics = {
  /**
   * Name of the model
   */
  name: string;
  /**
   * Version of the model
   */
  version: string;
  /**
   * When it was asked last, milliseconds since the epoch; 0: never
   */
  last_inference: number;
  /**
   * Rows answered, count
   */
  inference_count: number;
  /**
   * Runs of the graph, count
   */
  execution_count: number;
  /**
   * Over requests; a run counts for each request in it
   */
  inference_stats: {
    /**
     * Requests answered, waiting included
     */
    success: StatisticDuration;
    /**
     * Requests that failed
     */
    fail: StatisticDuration;
    /**
     * Waiting for the run before
     */
    queue: StatisticDuration;
    /**
     * Laying the rows of the callers end to end
     */
    compute_input: StatisticDuration;
    /**
     * Running the graph
     */
    compute_infer: StatisticDuration;
    /**
     * Giving each caller its rows
     */
    compute_output: StatisticDuration;
    /**
     * There is no cache
     */
    cache_hit: StatisticDuration;
    /**
     * There is no cache
     */
    cache_miss: StatisticDuration;
  };
  /**
   * Over runs, by their number of rows
   */
  batch_stats: Array<{
    /**
     * Rows of a run, count
     */
    batch_size: number;
    /**
     * Laying the rows of the callers end to end
     */
    compute_input: StatisticDuration;
    /**
     * Running the graph
     */
    compute_infer: StatisticDuration;
    /**
     * Giving each caller its rows
     */
    compute_output: StatisticDuration;
  }>;
};

export type ModelStatisticsReply = {
  /**
   * Of the instance that answers, since it started
   */
  model_stats: Array<ModelStatistics>;
};

/**
 * Where a version comes from: with the program, from training here, or from a user
 */
export type ModelStatus = 'shipped' | 'candidate' | 'uploaded';

export type ModelSummary = {
  reference: ModelReference;
  /**
   * Name of the model
   */
  name: string;
  /**
   * Version of the model, an increasing integer
   */
  version: number;
  /**
   * How it was made
   */
  family: string;
  status: ModelStatus;
  /**
   * Instruments it was trained on; empty: unknown
   */
  instruments: Array<string>;
  /**
   * Candles that it has seen; null: unknown
   */
  trainingSpan: {
    /**
     * Open time of the first candle, UTC
     */
    from: Instant;
    /**
     * Close time of the last candle, UTC
     */
    to: Instant;
  } | null;
  /**
   * Digest of these candles; null: unknown
   */
  dataSha256: string | null;
  /**
   * Program that trained it; null: unknown
   */
  codeVersion: string | null;
  /**
   * SHA-256 of the graph, hexadecimal
   */
  sha256: string;
  /**
   * Size of the graph, an integer of bytes
   */
  bytes: number;
  /**
   * When it was registered, UTC
   */
  createdAt: Instant;
  /**
   * What it is now
   */
  aliases: Array<{
    instrument: InstrumentId;
    alias: Alias;
    /**
     * First origin it holds for, UTC; null: by configuration
     */
    since: Instant | null;
  }>;
  /**
   * Newest evaluation; null: none
   */
  lastVerdict: {
    kind: EvaluationKind;
    /**
     * What came of it
     */
    verdict: 'passed' | 'refused';
    /**
     * Event time of the decision, UTC
     */
    decidedAt: Instant;
  } | null;
};

export type ModelUnload = {
  /**
   * Name of the model
   */
  name: string;
  /**
   * It is unloaded
   */
  unload: true;
};

export type ModelsReply = {
  /**
   * By name, newest version first
   */
  data: Array<ModelSummary>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
  source: Source;
};

export type NewKey = {
  /**
   * Names the key everywhere; no secret
   */
  id: string;
  /**
   * Whom it belongs to
   */
  tenant: string;
  /**
   * What the key is for
   */
  name: string;
  /**
   * Only an active key opens anything
   */
  state: 'active' | 'expired' | 'revoked';
  /**
   * Bundles of permissions
   */
  roles: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Permissions to which the roles are narrowed; null: all that the roles give
   */
  scopes: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  > | null;
  /**
   * What it may do now, by its roles and scopes
   */
  permissions: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  >;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons: Array<Horizon> | null;
  /**
   * Addresses and networks from which it may be shown; null: any
   */
  allowedAddresses: Array<string> | null;
  /**
   * Whether every request with this key must be signed as well (RFC 9421)
   */
  requireSignature: boolean;
  /**
   * Who made it
   */
  createdBy: string;
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
  /**
   * When it ends, UTC; null: never
   */
  expiresAt: Instant | null;
  /**
   * When it was revoked, UTC; null: it was not
   */
  revokedAt: Instant | null;
  /**
   * When its secret was last replaced, UTC; null: never
   */
  rotatedAt: Instant | null;
  /**
   * Until when the secret before the last rotation goes on, UTC; null: there is none
   */
  previousSecretUntil: Instant | null;
  /**
   * When it was last shown, UTC, to a minute or so; null: never
   */
  lastUsedAt: Instant | null;
  /**
   * The key itself. It is shown this once: nothing can recover it
   */
  key: string;
};

export type NewOAuthClient = {
  /**
   * The client_id; no secret
   */
  id: string;
  /**
   * Whom it belongs to
   */
  tenant: string;
  /**
   * What the client is
   */
  name: string;
  /**
   * Only an active client gets tokens or uses them
   */
  state: 'active' | 'expired' | 'revoked';
  /**
   * Bundles of permissions
   */
  roles: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Permissions to which the roles are narrowed; null: all that the roles give
   */
  scopes: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  > | null;
  /**
   * The scope that its tokens can have now
   */
  permissions: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  >;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons: Array<Horizon> | null;
  /**
   * How the client proves who it is: by a secret in one of two places, or by a key of its own
   */
  authMethod: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  /**
   * Public keys of private_key_jwt; null: it has a secret
   */
  jwks: {
    /**
     * Any of them may sign an assertion
     */
    keys: Array<PublicJwk>;
  } | null;
  /**
   * Who made it
   */
  createdBy: string;
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
  /**
   * When it ends, UTC; null: never
   */
  expiresAt: Instant | null;
  /**
   * When it was revoked, UTC; null: it was not
   */
  revokedAt: Instant | null;
  /**
   * When its secret was last replaced, UTC; null: never
   */
  rotatedAt: Instant | null;
  /**
   * Until when the secret before the last rotation goes on, UTC; null: there is none
   */
  previousSecretUntil: Instant | null;
  /**
   * When it last got a token, UTC, to a minute or so; null: never
   */
  lastUsedAt: Instant | null;
  /**
   * The client_secret. It is shown this once: nothing can recover it; null with private_key_jwt
   */
  secret: string | null;
};

export type NewSigningKey = {
  /**
   * The keyid of its signatures; no secret
   */
  id: string;
  /**
   * Id of the API key whose requests it signs
   */
  key: string;
  /**
   * Where the key lies
   */
  name: string;
  /**
   * How it signs (RFC 9421, section 3.3)
   */
  algorithm: 'ed25519' | 'hmac-sha256';
  /**
   * The public key in PEM; null: it has a secret
   */
  publicKey: string | null;
  /**
   * Who made it
   */
  createdBy: string;
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
  /**
   * When it was revoked, UTC; null: it was not
   */
  revokedAt: Instant | null;
  /**
   * The shared secret, base64. It is shown this once: nothing can recover it; null with ed25519
   */
  secret: string | null;
};

export type OAuthClient = {
  /**
   * The client_id; no secret
   */
  id: string;
  /**
   * Whom it belongs to
   */
  tenant: string;
  /**
   * What the client is
   */
  name: string;
  /**
   * Only an active client gets tokens or uses them
   */
  state: 'active' | 'expired' | 'revoked';
  /**
   * Bundles of permissions
   */
  roles: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * Permissions to which the roles are narrowed; null: all that the roles give
   */
  scopes: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  > | null;
  /**
   * The scope that its tokens can have now
   */
  permissions: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  >;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons: Array<Horizon> | null;
  /**
   * How the client proves who it is: by a secret in one of two places, or by a key of its own
   */
  authMethod: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  /**
   * Public keys of private_key_jwt; null: it has a secret
   */
  jwks: {
    /**
     * Any of them may sign an assertion
     */
    keys: Array<PublicJwk>;
  } | null;
  /**
   * Who made it
   */
  createdBy: string;
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
  /**
   * When it ends, UTC; null: never
   */
  expiresAt: Instant | null;
  /**
   * When it was revoked, UTC; null: it was not
   */
  revokedAt: Instant | null;
  /**
   * When its secret was last replaced, UTC; null: never
   */
  rotatedAt: Instant | null;
  /**
   * Until when the secret before the last rotation goes on, UTC; null: there is none
   */
  previousSecretUntil: Instant | null;
  /**
   * When it last got a token, UTC, to a minute or so; null: never
   */
  lastUsedAt: Instant | null;
};

export type OAuthClientsReply = {
  /**
   * Newest first; revoked and expired ones too
   */
  data: Array<OAuthClient>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type OAuthErrorReply = {
  /**
   * Code of RFC 6749, section 5.2
   */
  error: string;
  /**
   * What was wrong and what to do
   */
  error_description: string;
  /**
   * Page that explains it
   */
  error_uri: string;
};

export type OAuthMetadataReply = {
  /**
   * The iss and aud of tokens, and the aud of assertions
   */
  issuer: string;
  /**
   * Where tokens are asked for
   */
  token_endpoint: string;
  /**
   * Keys that verify tokens
   */
  jwks_uri: string;
  /**
   * client_credentials
   */
  grant_types_supported: Array<string>;
  /**
   * None: there is no authorization endpoint
   */
  response_types_supported: Array<string>;
  /**
   * All permissions there are
   */
  scopes_supported: Array<string>;
  /**
   * How clients prove who they are
   */
  token_endpoint_auth_methods_supported: Array<string>;
  /**
   * Algorithms of assertions
   */
  token_endpoint_auth_signing_alg_values_supported: Array<string>;
  /**
   * Page for people
   */
  service_documentation: string;
};

export type Outcome = {
  /**
   * void: the target candle was still missing after 7 days
   */
  state: 'matured' | 'void';
  /**
   * First final close at the target, price in the quote currency
   */
  close: number | null;
  /**
   * ln(close / price), dimensionless
   */
  logReturn: number | null;
  /**
   * Mean pinball loss of the log return over the levels, times 10,000
   */
  pinball: number | null;
  /**
   * CRPS of the log return from the quantiles, times 10,000
   */
  crps: number | null;
  /**
   * Whether the outcome fell inside each central interval
   */
  covered: {
    /**
     * Inside the 50 % interval
     */
    50: boolean;
    /**
     * Inside the 80 % interval
     */
    80: boolean;
    /**
     * Inside the 90 % interval
     */
    90: boolean;
  } | null;
  /**
   * Whether probabilityUp leant to the side that came; null on a tie
   */
  directionHit: boolean | null;
};

export type Performance = {
  instrument: InstrumentId;
  horizon: Horizon;
  window: Window;
  source: Source;
  /**
   * Oldest origin counted, UTC
   */
  from: Instant | null;
  /**
   * Newest origin counted, UTC
   */
  to: Instant | null;
  /**
   * Matured forecasts counted, count
   */
  n: number;
  /**
   * Mean pinball loss of the log return over the levels, times 10,000; null while n is 0
   */
  pinball: number | null;
  /**
   * Mean CRPS of the log return from the quantiles, times 10,000; null while n is 0
   */
  crps: number | null;
  /**
   * Empirical coverage
   */
  coverage: {
    /**
     * Share of outcomes inside the 50 % interval, 0 to 1; null while n is 0
     */
    50: number | null;
    /**
     * Share of outcomes inside the 80 % interval, 0 to 1; null while n is 0
     */
    80: number | null;
    /**
     * Share of outcomes inside the 90 % interval, 0 to 1; null while n is 0
     */
    90: number | null;
  };
  /**
   * Direction; expect a hit rate near one half
   */
  direction: {
    /**
     * Forecasts whose outcome moved, count
     */
    n: number;
    /**
     * Share of right directions, 0 to 1; null while n is 0
     */
    hitRate: number | null;
    /**
     * Lower end of the 95 % block-bootstrap interval, 0 to 1; null while there are fewer than five independent blocks
     */
    low: number | null;
    /**
     * Upper end of the 95 % block-bootstrap interval, 0 to 1; null while there are fewer than five independent blocks
     */
    high: number | null;
  };
  /**
   * The same origins answered by the baselines
   */
  baselines: {
    ewma_rw: BaselineScore;
    garch_t: BaselineScore;
    uncond_1y: BaselineScore;
  };
  /**
   * Forecasts of the window that are not counted
   */
  excluded: {
    /**
     * Issued after the next candle, count
     */
    late: number;
    /**
     * Issued after their target, count
     */
    backfilled: number;
    /**
     * Origins inside the training span, count
     */
    inSample: number;
    /**
     * Entered into the track record after their target, count
     */
    unproven: number;
    /**
     * Target candle missing for 7 days, count
     */
    void: number;
    /**
     * Not yet matured, count
     */
    pending: number;
  };
};

export type Probability = {
  instrument: InstrumentId;
  horizon: Horizon;
  /**
   * Close time of the last candle the forecast could see, UTC
   */
  origin: Instant;
  /**
   * Close time the event is about, UTC
   */
  target: Instant;
  /**
   * Close at the origin, price in the quote currency
   */
  price: number;
  /**
   * What the probability is of
   */
  event: {
    /**
     * Which of the three was asked
     */
    kind: 'above' | 'below' | 'between';
    /**
     * Lower end, price in the quote currency; null: none
     */
    low: number | null;
    /**
     * Upper end, price in the quote currency; null: none
     */
    high: number | null;
  };
  /**
   * Of the event at the target, 0 to 1
   */
  probability: number;
  /**
   * extrapolated: an end lies beyond the outermost forecast quantile, where the tail is an assumption
   */
  method: 'interpolated' | 'extrapolated';
  /**
   * The forecast it is read from
   */
  forecastId: string;
  /**
   * The model that answered
   */
  model: {
    /**
     * Name of the model
     */
    name: string;
    /**
     * Version of the model, an increasing integer
     */
    version: number;
  };
  standing: Standing;
  source: Source;
};

export type Problem = {
  /**
   * Stable address of the paragraph that explains this problem, or its registered type
   */
  type: string;
  /**
   * What kind of problem it is; the same for every occurrence
   */
  title: string;
  /**
   * HTTP status code
   */
  status: number;
  /**
   * What was wrong this time and what to do
   */
  detail: string;
  /**
   * Path of the request
   */
  instance: string;
  /**
   * Machine-readable code
   */
  code:
    | 'request.invalid'
    | 'request.cursor_invalid'
    | 'request.not_found'
    | 'request.method_not_allowed'
    | 'request.too_large'
    | 'request.uri_too_long'
    | 'request.headers_too_large'
    | 'request.timeout'
    | 'request.unsupported_media_type'
    | 'request.deadline_exceeded'
    | 'access.unauthenticated'
    | 'access.token_invalid'
    | 'access.signature_required'
    | 'access.signature_invalid'
    | 'access.forbidden'
    | 'access.address_not_allowed'
    | 'access.grant_too_wide'
    | 'access.last_keeper'
    | 'access.login_failed'
    | 'access.csrf_failed'
    | 'access.too_many_attempts'
    | 'key.not_found'
    | 'key.conflict'
    | 'tenant.not_found'
    | 'tenant.conflict'
    | 'user.not_found'
    | 'user.conflict'
    | 'session.not_found'
    | 'audit.unavailable'
    | 'audit.broken'
    | 'quota.exceeded'
    | 'quota.concurrency'
    | 'idempotency.key_invalid'
    | 'idempotency.key_reused'
    | 'idempotency.in_progress'
    | 'idempotency.secret_not_replayable'
    | 'oauth_client.not_found'
    | 'oauth_client.conflict'
    | 'signing_key.not_found'
    | 'signing_key.conflict'
    | 'instrument.unknown'
    | 'stream.limit_reached'
    | 'stream.origin_refused'
    | 'stream.subscription_unknown'
    | 'stream.upgrade_required'
    | 'candle.interval_not_served'
    | 'forecast.not_found'
    | 'forecast.none_yet'
    | 'forecast.insufficient_history'
    | 'forecast.model_not_ready'
    | 'forecast.not_reproducible'
    | 'forecast.journal_full'
    | 'model.not_found'
    | 'model.refused'
    | 'model.conflict'
    | 'inference.invalid'
    | 'inference.not_loaded'
    | 'inference.failed'
    | 'inference.busy'
    | 'backtest.not_found'
    | 'backtest.conflict'
    | 'backtest.out_of_range'
    | 'webhook.not_found'
    | 'webhook.refused'
    | 'webhook.conflict'
    | 'alert.not_found'
    | 'alert.conflict'
    | 'track_record.not_entered'
    | 'track_record.broken'
    | 'market.venue_unavailable'
    | 'market.nonsense_reply'
    | 'market.clock_unknown'
    | 'rpc.deadline_exceeded'
    | 'rpc.unavailable'
    | 'rpc.forbidden'
    | 'rpc.invalid_message'
    | 'job.invalid_payload'
    | 'queue.unavailable'
    | 'notification.undeliverable'
    | 'mlflow.unavailable'
    | 'database.unavailable'
    | 'service.not_ready'
    | 'service.overloaded'
    | 'import.bad_line'
    | 'import.bad_file'
    | 'config.invalid'
    | 'internal.bug';
  /**
   * Name this when you ask for help
   */
  traceId: string;
  /**
   * Names of the quota policies that refuse the request, as in RateLimit-Policy
   */
  'violated-policies'?: Array<string>;
  /**
   * Every invalid field of the request
   */
  errors?: Array<{
    /**
     * Where in the request, e.g. query/limit
     */
    pointer: string;
    /**
     * What was wrong there
     */
    detail: string;
  }>;
};

export type PromoteRequest = {
  instrument?: InstrumentId;
  /**
   * challenger starts shadow scoring; champion answers
   */
  alias?: 'champion' | 'challenger';
  /**
   * Why; kept for ever
   */
  reason: string;
  /**
   * Promote without shadow evidence; never past a failed technical check; kept for ever
   */
  override?: boolean;
};

/**
 * A public key of Ed25519, P-256 or RSA, without its private part
 */
export type PublicJwk =
  | {
      /**
       * Kind of the key
       */
      kty: 'OKP';
      /**
       * The curve
       */
      crv: 'Ed25519';
      /**
       * The public key
       */
      x: string;
      /**
       * The only algorithm that it verifies
       */
      alg?: 'EdDSA';
      /**
       * Names the key; absent: its thumbprint (RFC 7638)
       */
      kid?: string;
      /**
       * What it is for: signatures
       */
      use?: 'sig';
    }
  | {
      /**
       * Kind of the key
       */
      kty: 'EC';
      /**
       * The curve
       */
      crv: 'P-256';
      /**
       * The point, x
       */
      x: string;
      /**
       * The point, y
       */
      y: string;
      /**
       * The only algorithm that it verifies
       */
      alg?: 'ES256';
      /**
       * Names the key; absent: its thumbprint (RFC 7638)
       */
      kid?: string;
      /**
       * What it is for: signatures
       */
      use?: 'sig';
    }
  | {
      /**
       * Kind of the key
       */
      kty: 'RSA';
      /**
       * The modulus, of 2048 bits or more
       */
      n: string;
      /**
       * The exponent
       */
      e: string;
      /**
       * The only algorithm that it verifies; absent: RS256
       */
      alg?: 'RS256' | 'PS256';
      /**
       * Names the key; absent: its thumbprint (RFC 7638)
       */
      kid?: string;
      /**
       * What it is for: signatures
       */
      use?: 'sig';
    };

export type Quantiles = {
  /**
   * 5 % quantile, price in the quote currency
   */
  0.05: number;
  /**
   * 10 % quantile, price in the quote currency
   */
  0.1: number;
  /**
   * 25 % quantile, price in the quote currency
   */
  0.25: number;
  /**
   * Median, price in the quote currency
   */
  0.5: number;
  /**
   * 75 % quantile, price in the quote currency
   */
  0.75: number;
  /**
   * 90 % quantile, price in the quote currency
   */
  0.9: number;
  /**
   * 95 % quantile, price in the quote currency
   */
  0.95: number;
};

export type RepositoryIndex = Array<{
  /**
   * Name of the model
   */
  name: string;
  /**
   * Version of the model
   */
  version: string;
  /**
   * READY: can be asked
   */
  state: 'READY' | 'LOADING' | 'UNAVAILABLE';
  /**
   * Why it is in that state; empty when nothing is to be said
   */
  reason: string;
}>;

export type RepositoryIndexRequest = {
  /**
   * Only what can be asked now
   */
  ready?: boolean | null;
};

export type RepositoryLoadRequest = {
  /**
   * `config` and `file:…` are refused: models come from the registry
   */
  parameters?: {
    /**
     * Which version, an integer; without one the newest
     */
    version?: string | number | null;
    [key: string]: string | number | boolean | string | number | null | undefined;
  } | null;
};

export type RepositoryUnloadRequest = {
  parameters?: {
    /**
     * Which version, an integer; without one all that are loaded
     */
    version?: string | number | null;
    /**
     * Does nothing: no model depends on another
     */
    unload_dependents?: boolean | null;
    [key: string]: string | number | boolean | string | number | null | boolean | null | undefined;
  } | null;
};

export type Reproduction = {
  /**
   * Id of the stored forecast, hexadecimal
   */
  id: string;
  /**
   * identical: bit for bit; close: within 1e-6, as another runtime or processor may give; different: not
   */
  verdict: 'identical' | 'close' | 'different';
  /**
   * What differs and why that may be
   */
  detail: string;
  /**
   * Id of the forecast as recomputed: the same inputs give the same id
   */
  recomputedId: string;
  stored: Quantiles;
  recomputed: Quantiles;
  /**
   * Largest difference of a log-return quantile over the forecast volatility, dimensionless
   */
  largestDifference: number;
  /**
   * On what it was computed then and now
   */
  runtime: {
    /**
     * When it was issued
     */
    stored: {
      [key: string]: unknown;
    };
    /**
     * Now
     */
    now: {
      [key: string]: unknown;
    };
  };
};

export type RollbackRequest = {
  instrument?: InstrumentId;
  /**
   * Why; kept for ever
   */
  reason: string;
};

export type RotateKeyRequest = {
  /**
   * How long the old secret goes on; 0 ends every old one at once
   */
  overlapSeconds?: number;
};

export type RotateOAuthClientRequest = {
  /**
   * How long the old secret goes on; 0 ends every old one at once
   */
  overlapSeconds?: number;
};

export type ScoredForecast = {
  /**
   * SHA-256 of what the forecast was made from, hexadecimal
   */
  id: string;
  instrument: InstrumentId;
  horizon: Horizon;
  /**
   * Close time of the last candle the forecast could see, UTC
   */
  origin: Instant;
  /**
   * Close time the forecast is about, UTC
   */
  target: Instant;
  /**
   * Close at the origin, price in the quote currency
   */
  price: number;
  quantiles: Quantiles;
  /**
   * Probability that the close at the target is above price, 0 to 1
   */
  probabilityUp: number;
  /**
   * Forecast scale of the log return over the horizon, dimensionless
   */
  volatility: number;
  /**
   * The model that answered
   */
  model: {
    /**
     * Name of the model
     */
    name: string;
    /**
     * Version of the model, an increasing integer
     */
    version: number;
  };
  /**
   * Exchange, or the name of the replay or demo market
   */
  venue: string;
  source: Source;
  /**
   * Event time of issue, UTC
   */
  issuedAt: Instant;
  timeliness: Timeliness;
  /**
   * The origin lies inside the training span of the model: never counted as skill
   */
  inSample: boolean;
  /**
   * The one row that counts for this instrument, origin and horizon
   */
  canonical: boolean;
  /**
   * null until the target candle has closed
   */
  outcome: Outcome | null;
};

export type ServerLive = {
  /**
   * Whether it takes questions
   */
  live: boolean;
};

export type ServerMetadata = {
  /**
   * Name of the server
   */
  name: string;
  /**
   * Version of the program
   */
  version: string;
  /**
   * Extensions of the protocol that it serves
   */
  extensions: Array<string>;
};

export type ServerReady = {
  /**
   * As the specification names it
   */
  live: boolean;
  /**
   * As servers in the field name it: whether all champions can be asked
   */
  ready: boolean;
};

export type Session = {
  /**
   * Names the session; opens nothing
   */
  id: string;
  /**
   * Whether it is the one that asks
   */
  isCurrent: boolean;
  /**
   * From where it was begun
   */
  address: string;
  /**
   * What the browser called itself then; null: nothing
   */
  userAgent: string | null;
  /**
   * When it was begun, UTC
   */
  createdAt: Instant;
  /**
   * When it was last used, UTC, to a minute or so
   */
  lastSeenAt: Instant;
  /**
   * When it ends unless it is used, UTC
   */
  idleExpiresAt: Instant;
  /**
   * When it ends in any case, UTC
   */
  expiresAt: Instant;
  /**
   * To be sent in the header X-CSRF-Token with every request of this session that changes something
   */
  csrfToken: string;
  /**
   * Who is logged in
   */
  user: {
    /**
     * Id of the user
     */
    id: string;
    /**
     * Whom it belongs to
     */
    tenant: string;
    /**
     * By which the user logged in
     */
    email: string;
    /**
     * What the user is called
     */
    name: string;
    /**
     * Bundles of permissions
     */
    roles: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
    /**
     * What the roles give
     */
    permissions: Array<
      | 'market:read'
      | 'forecasts:read'
      | 'streams:read'
      | 'models:read'
      | 'models:write'
      | 'models:promote'
      | 'models:load'
      | 'inference:run'
      | 'backtests:read'
      | 'backtests:write'
      | 'keys:read'
      | 'keys:write'
      | 'users:read'
      | 'users:write'
      | 'tenants:read'
      | 'tenants:write'
      | 'webhooks:read'
      | 'webhooks:write'
      | 'alerts:read'
      | 'alerts:write'
      | 'usage:read'
      | 'audit:read'
      | 'identity:read'
    >;
    /**
     * Instruments that may be asked about; null: all
     */
    instruments: Array<InstrumentId> | null;
    /**
     * Horizons that may be asked about; null: all
     */
    horizons: Array<Horizon> | null;
  };
};

export type SessionEnded = {
  /**
   * Ids of the sessions that no longer open anything
   */
  ended: Array<string>;
};

export type SessionsReply = {
  /**
   * The own sessions that go on, newest first
   */
  data: Array<{
    /**
     * Names the session; opens nothing
     */
    id: string;
    /**
     * Whether it is the one that asks
     */
    isCurrent: boolean;
    /**
     * From where it was begun
     */
    address: string;
    /**
     * What the browser called itself then; null: nothing
     */
    userAgent: string | null;
    /**
     * When it was begun, UTC
     */
    createdAt: Instant;
    /**
     * When it was last used, UTC, to a minute or so
     */
    lastSeenAt: Instant;
    /**
     * When it ends unless it is used, UTC
     */
    idleExpiresAt: Instant;
    /**
     * When it ends in any case, UTC
     */
    expiresAt: Instant;
  }>;
};

export type SigningKey = {
  /**
   * The keyid of its signatures; no secret
   */
  id: string;
  /**
   * Id of the API key whose requests it signs
   */
  key: string;
  /**
   * Where the key lies
   */
  name: string;
  /**
   * How it signs (RFC 9421, section 3.3)
   */
  algorithm: 'ed25519' | 'hmac-sha256';
  /**
   * The public key in PEM; null: it has a secret
   */
  publicKey: string | null;
  /**
   * Who made it
   */
  createdBy: string;
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
  /**
   * When it was revoked, UTC; null: it was not
   */
  revokedAt: Instant | null;
};

export type SigningKeysReply = {
  /**
   * Newest first; revoked ones too
   */
  data: Array<SigningKey>;
};

/**
 * live: real exchanges; replay: a file of past candles; demo: a synthetic market
 */
export type Source = 'live' | 'replay' | 'demo';

export type Standing = {
  grade: Grade;
  /**
   * Why this grade, with numbers
   */
  reason: string;
  /**
   * Event time up to which outcomes are counted, UTC
   */
  asOf: Instant;
  /**
   * Recent empirical coverage
   */
  coverage: {
    /**
     * Share of outcomes inside the 50 % interval, 0 to 1; null while n is 0
     */
    50: number | null;
    /**
     * Share of outcomes inside the 80 % interval, 0 to 1; null while n is 0
     */
    80: number | null;
    /**
     * Share of outcomes inside the 90 % interval, 0 to 1; null while n is 0
     */
    90: number | null;
    /**
     * Matured forecasts counted, the newest 500 at most, count
     */
    n: number;
  };
  /**
   * Live skill with an anytime-valid interval: looking at it every hour is allowed
   */
  skill: {
    /**
     * Matured forecasts compared, count
     */
    n: number;
    /**
     * The hardest of the baselines to beat; null while n is 0
     */
    baseline: 'ewma_rw' | 'garch_t' | 'uncond_1y' | null;
    /**
     * Model minus baseline, mean pinball loss times 10,000; negative: the model is better
     */
    difference: number | null;
    /**
     * Lower end of its 95 % confidence sequence, times 10,000; null: nothing known
     */
    low: number | null;
    /**
     * Upper end of its 95 % confidence sequence, times 10,000; null: nothing known
     */
    high: number | null;
  };
};

export type StatisticDuration = {
  /**
   * How often, count
   */
  count: number;
  /**
   * How long all together, an integer of nanoseconds
   */
  ns: number;
};

export type StreamTicket = {
  /**
   * Pass as query parameter ticket of /v1/stream or /v1/ws; works once
   */
  ticket: string;
  /**
   * Until when it can be used, UTC
   */
  expiresAt: Instant;
};

export type Tenant = {
  /**
   * Whom it belongs to
   */
  id: string;
  /**
   * Who it is
   */
  name: string;
  /**
   * Which quotas hold for it
   */
  tier: string;
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
};

export type TenantsReply = {
  /**
   * In the order of their ids
   */
  data: Array<Tenant>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type TensorMetadata = {
  /**
   * Name of the tensor
   */
  name: string;
  /**
   * Type of the elements: FP64 for every model here
   */
  datatype: string;
  /**
   * Size of each axis; -1 is the number of rows
   */
  shape: Array<number>;
};

/**
 * late: issued after the next candle had closed; backfilled: after its target. Neither counts as skill. What a region kept to itself while it was cut off is judged by when it reached the others
 */
export type Timeliness = 'on_time' | 'late' | 'backfilled';

export type TokenReply = {
  /**
   * To be sent as Authorization: Bearer
   */
  access_token: string;
  /**
   * How it is sent
   */
  token_type: 'Bearer';
  /**
   * For how long it counts, integer, seconds
   */
  expires_in: number;
  /**
   * The permissions that it gives, separated by spaces
   */
  scope: string;
};

export type TokenRequest = {
  /**
   * client_credentials
   */
  grant_type: string;
  /**
   * Permissions, separated by spaces; absent: all that the client may have
   */
  scope?: string;
  /**
   * Of client_secret_post
   */
  client_id?: string;
  /**
   * Of client_secret_post
   */
  client_secret?: string;
  /**
   * Of private_key_jwt: urn:ietf:params:oauth:client-assertion-type:jwt-bearer
   */
  client_assertion_type?: string;
  /**
   * Of private_key_jwt: a JWT that the client has signed
   */
  client_assertion?: string;
};

export type TrackRecord = {
  /**
   * Version of this form, an integer
   */
  format: 1;
  source: Source;
  /**
   * In the order of the chain
   */
  entries: Array<TrackRecordEntry>;
  /**
   * Of the hours that end within this page
   */
  roots: Array<TrackRecordRoot>;
  /**
   * All signing keys, oldest first
   */
  keys: Array<TrackRecordKey>;
  /**
   * Pass as after for the next page, an integer; null at the end
   */
  next: number | null;
};

export type TrackRecordEntry = {
  /**
   * Place in the chain, an integer from 1 without gaps
   */
  seq: number;
  /**
   * What is recorded
   */
  kind: 'key' | 'forecast' | 'outcome';
  /**
   * Id of the forecast, or of the signing key
   */
  subject: string;
  /**
   * Wall time of entry into the chain at the primary, UTC
   */
  enteredAt: Instant;
  /**
   * Canonical JSON of what is recorded
   */
  body: string;
  /**
   * Hash of the entry before; 64 zeros for the first
   */
  previous: string;
  /**
   * Hash of this entry
   */
  hash: string;
};

export type TrackRecordKey = {
  /**
   * First 16 hexadecimal digits of the SHA-256 of the public key
   */
  keyId: string;
  /**
   * ed25519 public key, raw 32 bytes, base64
   */
  publicKey: string;
  /**
   * Entry that introduces it, an integer; signed by the key before
   */
  since: number;
};

export type TrackRecordProof = {
  entry: TrackRecordEntry;
  /**
   * Sibling hashes from the entry up to the root
   */
  path: Array<{
    /**
     * Where the sibling stands
     */
    side: 'left' | 'right';
    /**
     * SHA-256, hexadecimal
     */
    hash: string;
  }>;
  root: TrackRecordRoot;
  /**
   * All signing keys, oldest first
   */
  keys: Array<TrackRecordKey>;
};

export type TrackRecordRoot = {
  /**
   * Start of the hour of entry, UTC
   */
  hour: Instant;
  /**
   * First entry of the hour, an integer
   */
  firstSeq: number;
  /**
   * Last entry of the hour, an integer
   */
  lastSeq: number;
  /**
   * Merkle root over the hour's entry hashes
   */
  root: string;
  /**
   * Root of the hour before that has one; 64 zeros for the first
   */
  previousRoot: string;
  /**
   * Key that signed
   */
  keyId: string;
  /**
   * ed25519 signature of the canonical root statement, base64
   */
  signature: string;
  /**
   * Wall time of signing, UTC
   */
  signedAt: Instant;
};

export type UploadModelRequest = {
  /**
   * Name of a model
   */
  name: string;
  /**
   * The graph, base64; at most 1 MiB decoded, self-contained
   */
  onnx: string;
  /**
   * What the graph reads and writes, its golden rows; see /docs/models
   */
  manifest: {
    [key: string]: unknown;
  };
};

export type Usage = {
  /**
   * Whom it belongs to
   */
  tenant: string;
  /**
   * Name of its tier
   */
  tier: string;
  /**
   * What it may use, and how much of that is left
   */
  limits: {
    /**
     * Units a minute (counts); null: as many as it likes
     */
    burst: {
      /**
       * Units in each window, an integer
       */
      limit: number;
      /**
       * Units left in this window, an integer, as far as this gateway knows
       */
      remaining: number;
      /**
       * Length of the window, an integer of seconds
       */
      windowSeconds: number;
      /**
       * Time until this window ends, an integer of seconds
       */
      resetSeconds: number;
    } | null;
    /**
     * Units a day (UTC; counts)
     */
    daily: {
      /**
       * Units in each window, an integer
       */
      limit: number;
      /**
       * Units left in this window, an integer, as far as this gateway knows
       */
      remaining: number;
      /**
       * Length of the window, an integer of seconds
       */
      windowSeconds: number;
      /**
       * Time until this window ends, an integer of seconds
       */
      resetSeconds: number;
    } | null;
    /**
     * Requests being answered at the same time (counts)
     */
    concurrent: {
      /**
       * Count of requests at the same time, on one gateway
       */
      limit: number;
      /**
       * Count of requests that this gateway is answering
       */
      inFlight: number;
    } | null;
  };
  /**
   * Days on which anything was asked, latest first
   */
  data: Array<{
    /**
     * Count of requests that were let in
     */
    requests: number;
    /**
     * What they cost, a count of units
     */
    units: number;
    /**
     * Count of requests that a quota refused; they cost nothing
     */
    refused: number;
    /**
     * Day (UTC)
     */
    day: string;
    /**
     * The same by route
     */
    routes: Array<{
      /**
       * Count of requests that were let in
       */
      requests: number;
      /**
       * What they cost, a count of units
       */
      units: number;
      /**
       * Count of requests that a quota refused; they cost nothing
       */
      refused: number;
      /**
       * Method and path, as in the API document
       */
      route: string;
    }>;
  }>;
};

export type User = {
  /**
   * Names the user everywhere
   */
  id: string;
  /**
   * Whom it belongs to
   */
  tenant: string;
  /**
   * By which the user logs in
   */
  email: string;
  /**
   * What the user is called
   */
  name: string;
  /**
   * Bundles of permissions
   */
  roles: Array<'viewer' | 'developer' | 'owner' | 'operator' | 'admin'>;
  /**
   * What the roles give
   */
  permissions: Array<
    | 'market:read'
    | 'forecasts:read'
    | 'streams:read'
    | 'models:read'
    | 'models:write'
    | 'models:promote'
    | 'models:load'
    | 'inference:run'
    | 'backtests:read'
    | 'backtests:write'
    | 'keys:read'
    | 'keys:write'
    | 'users:read'
    | 'users:write'
    | 'tenants:read'
    | 'tenants:write'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'alerts:read'
    | 'alerts:write'
    | 'usage:read'
    | 'audit:read'
    | 'identity:read'
  >;
  /**
   * Instruments that may be asked about; null: all
   */
  instruments: Array<InstrumentId> | null;
  /**
   * Horizons that may be asked about; null: all
   */
  horizons: Array<Horizon> | null;
  /**
   * Who made the user
   */
  createdBy: string;
  /**
   * When the user was made, UTC
   */
  createdAt: Instant;
  /**
   * Since when the user is disabled, UTC; null: is not
   */
  disabledAt: Instant | null;
  /**
   * When the password was last set, UTC
   */
  passwordChangedAt: Instant;
  /**
   * When the user last logged in, UTC; null: never
   */
  lastLoginAt: Instant | null;
};

export type UsersReply = {
  /**
   * Newest first
   */
  data: Array<User>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type Webhook = {
  /**
   * Id of the endpoint
   */
  id: string;
  /**
   * Where events are sent by POST: an https address on port 443 or 8443 that is not inside a private network
   */
  url: string;
  /**
   * For yourself
   */
  description: string;
  /**
   * What it is told
   */
  eventTypes: Array<WebhookEventType>;
  /**
   * Only events of these instruments; null: of all
   */
  instruments: Array<InstrumentId> | null;
  /**
   * Only forecasts and outcomes of these horizons; null: of all
   */
  horizons: Array<Horizon> | null;
  /**
   * Only candles of these intervals
   */
  intervals: Array<Interval>;
  /**
   * standard: {type, timestamp, data}; slack: {text}, as incoming webhooks of Slack take it
   */
  format: 'standard' | 'slack';
  /**
   * false: nothing is sent
   */
  enabled: boolean;
  /**
   * null while it is enabled
   */
  disabled: {
    /**
     * requested: by you; gone: it answered 410; failing: every attempt failed for days
     */
    reason: 'requested' | 'gone' | 'failing';
    /**
     * When, UTC
     */
    at: Instant;
  } | null;
  /**
   * How deliveries go
   */
  health: {
    /**
     * Failed attempts since the last success, count
     */
    failuresInRow: number;
    /**
     * First failure since the last success, UTC
     */
    failingSince: Instant | null;
    /**
     * Nothing is sent before, UTC; null: no pause
     */
    pausedUntil: Instant | null;
    /**
     * UTC; null: never
     */
    lastSuccessAt: Instant | null;
    /**
     * UTC; null: never
     */
    lastFailureAt: Instant | null;
  };
  /**
   * When it was made, UTC
   */
  createdAt: Instant;
  /**
   * When it was last changed, UTC
   */
  updatedAt: Instant;
};

export type WebhookAttempt = {
  /**
   * When it began, UTC
   */
  at: Instant;
  /**
   * Until the answer had been read, milliseconds
   */
  latencyMs: number;
  /**
   * HTTP status code of the answer; null: there was none
   */
  status: number | null;
  /**
   * Why it counts as failed; null: it does not
   */
  failure: string | null;
  /**
   * Beginning of the answer
   */
  response: string | null;
};

export type WebhookDeliveriesReply = {
  /**
   * Newest first
   */
  data: Array<WebhookDelivery>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

export type WebhookDelivery = {
  /**
   * Id of the delivery
   */
  id: string;
  /**
   * The header webhook-id: the same in every attempt
   */
  eventId: string;
  /**
   * Event type
   */
  type: string;
  /**
   * pending: an attempt is to come; failed: no more will be made unless you ask for a replay
   */
  state: 'pending' | 'delivered' | 'failed';
  /**
   * Attempts made, count
   */
  attempts: number;
  /**
   * When the event was queued for this endpoint, UTC
   */
  createdAt: Instant;
  /**
   * UTC; null: none is to come
   */
  nextAttemptAt: Instant | null;
  /**
   * When it was delivered or given up, UTC
   */
  endedAt: Instant | null;
  /**
   * null: none was made yet
   */
  lastAttempt: WebhookAttempt | null;
};

export type WebhookDeliveryDetail = {
  /**
   * Id of the delivery
   */
  id: string;
  /**
   * The header webhook-id: the same in every attempt
   */
  eventId: string;
  /**
   * Event type
   */
  type: string;
  /**
   * pending: an attempt is to come; failed: no more will be made unless you ask for a replay
   */
  state: 'pending' | 'delivered' | 'failed';
  /**
   * Attempts made, count
   */
  attempts: number;
  /**
   * When the event was queued for this endpoint, UTC
   */
  createdAt: Instant;
  /**
   * UTC; null: none is to come
   */
  nextAttemptAt: Instant | null;
  /**
   * When it was delivered or given up, UTC
   */
  endedAt: Instant | null;
  /**
   * null: none was made yet
   */
  lastAttempt: WebhookAttempt | null;
  /**
   * The body that is sent, byte for byte; of a slack endpoint before its rendering
   */
  body: string;
  /**
   * Every attempt, newest first
   */
  log: Array<WebhookAttempt>;
};

/**
 * What happened; /docs/webhooks has the data of each
 */
export type WebhookEventType =
  | 'candle.closed'
  | 'forecast.issued'
  | 'forecast.matured'
  | 'gap.opened'
  | 'gap.closed'
  | 'drift.raised'
  | 'model.promoted'
  | 'backtest.finished'
  | 'alert.fired'
  | 'alert.resolved'
  | 'quota.warning'
  | 'webhook.disabled';

export type WebhookReplayReply = {
  /**
   * Events that are sent again, count
   */
  queued: number;
  /**
   * There are more: ask again with this as from; null: that was all
   */
  next: Instant | null;
};

export type WebhookReplayRequest = {
  /**
   * Events from then on, wall time, inclusive
   */
  from: string | string;
  /**
   * Events until then, wall time, exclusive
   */
  to: string | string;
  /**
   * failed: given up; missed: while it was disabled; delivered: again
   */
  include?: Array<'failed' | 'missed' | 'delivered'>;
};

export type WebhookRequest = {
  /**
   * Where events are sent by POST: an https address on port 443 or 8443 that is not inside a private network
   */
  url: string;
  /**
   * For yourself
   */
  description?: string;
  /**
   * What it is told
   */
  eventTypes: Array<WebhookEventType>;
  /**
   * Only events of these instruments; null: of all
   */
  instruments?: Array<InstrumentId> | null;
  /**
   * Only forecasts and outcomes of these horizons; null: of all
   */
  horizons?: Array<Horizon> | null;
  /**
   * Only candles of these intervals
   */
  intervals?: Array<Interval>;
  /**
   * standard: {type, timestamp, data}; slack: {text}, as incoming webhooks of Slack take it
   */
  format?: 'standard' | 'slack';
  /**
   * false: nothing is sent
   */
  enabled?: boolean;
};

export type WebhookRotateRequest = {
  /**
   * How long every message is signed with the old pair as well, hours
   */
  overlapHours?: number;
};

export type WebhookSecretsReply = {
  /**
   * The pair in force first, then those that it took over from and that are still signed with
   */
  data: Array<{
    /**
     * For signatures v1 (HMAC-SHA256): whsec_ and base64. Keep it to yourself
     */
    secret: string;
    /**
     * For signatures v1a (ed25519): whpk_ and base64. No secret
     */
    publicKey: string;
    /**
     * When it was made, UTC
     */
    createdAt: Instant;
    /**
     * Signed with it until then, UTC; null: the one in force
     */
    expiresAt: Instant | null;
  }>;
};

export type WebhookUpdateRequest = {
  /**
   * Where events are sent by POST: an https address on port 443 or 8443 that is not inside a private network
   */
  url?: string;
  /**
   * For yourself
   */
  description?: string;
  /**
   * What it is told
   */
  eventTypes?: Array<WebhookEventType>;
  /**
   * Only events of these instruments; null: of all
   */
  instruments?: Array<InstrumentId> | null;
  /**
   * Only forecasts and outcomes of these horizons; null: of all
   */
  horizons?: Array<Horizon> | null;
  /**
   * Only candles of these intervals
   */
  intervals?: Array<Interval>;
  /**
   * standard: {type, timestamp, data}; slack: {text}, as incoming webhooks of Slack take it
   */
  format?: 'standard' | 'slack';
  /**
   * false: nothing is sent
   */
  enabled?: boolean;
};

export type WebhooksReply = {
  /**
   * Newest first
   */
  data: Array<Webhook>;
  /**
   * Pass as cursor for the next page; null at the end
   */
  next: string | null;
};

/**
 * How far back in event time to count
 */
export type Window = '7d' | '30d' | '90d' | '365d' | 'all';

/**
 * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
 */
export type RequestTimeout = number;

/**
 * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
 */
export type IdempotencyKey = string;

export type DirectoryListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/.well-known/http-message-signatures-directory';
};

export type DirectoryListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type DirectoryListError = DirectoryListErrors[keyof DirectoryListErrors];

export type DirectoryListResponses = {
  /**
   * The answer
   */
  200: JwksReply;
};

export type DirectoryListResponse = DirectoryListResponses[keyof DirectoryListResponses];

export type WellKnownJwksData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/.well-known/jwks.json';
};

export type WellKnownJwksErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WellKnownJwksError = WellKnownJwksErrors[keyof WellKnownJwksErrors];

export type WellKnownJwksResponses = {
  /**
   * The answer
   */
  200: JwksReply;
};

export type WellKnownJwksResponse = WellKnownJwksResponses[keyof WellKnownJwksResponses];

export type WellKnownMetadataData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/.well-known/oauth-authorization-server';
};

export type WellKnownMetadataErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WellKnownMetadataError = WellKnownMetadataErrors[keyof WellKnownMetadataErrors];

export type WellKnownMetadataResponses = {
  /**
   * The answer
   */
  200: OAuthMetadataReply;
};

export type WellKnownMetadataResponse = WellKnownMetadataResponses[keyof WellKnownMetadataResponses];

export type HealthLiveData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/health/live';
};

export type HealthLiveErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type HealthLiveError = HealthLiveErrors[keyof HealthLiveErrors];

export type HealthLiveResponses = {
  /**
   * The answer
   */
  200: Health;
};

export type HealthLiveResponse = HealthLiveResponses[keyof HealthLiveResponses];

export type HealthReadyData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/health/ready';
};

export type HealthReadyErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type HealthReadyError = HealthReadyErrors[keyof HealthReadyErrors];

export type HealthReadyResponses = {
  /**
   * The answer
   */
  200: Health;
};

export type HealthReadyResponse = HealthReadyResponses[keyof HealthReadyResponses];

export type TokenIssueData = {
  body: TokenRequest;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/oauth/token';
};

export type TokenIssueErrors = {
  /**
   * The request or its scope is invalid; `error` says how
   */
  400: OAuthErrorReply;
  /**
   * The client is unknown or its proof is wrong: `invalid_client`
   */
  401: OAuthErrorReply;
  /**
   * Too many wrong credentials came from this address; try again after `Retry-After` seconds
   */
  429: OAuthErrorReply;
  /**
   * Something went wrong on our side
   */
  500: OAuthErrorReply;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: OAuthErrorReply;
};

export type TokenIssueError = TokenIssueErrors[keyof TokenIssueErrors];

export type TokenIssueResponses = {
  /**
   * The answer
   */
  200: TokenReply;
};

export type TokenIssueResponse = TokenIssueResponses[keyof TokenIssueResponses];

export type AlertListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/alerts';
};

export type AlertListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AlertListError = AlertListErrors[keyof AlertListErrors];

export type AlertListResponses = {
  /**
   * The answer
   */
  200: AlertsReply;
};

export type AlertListResponse = AlertListResponses[keyof AlertListResponses];

export type AlertCreateData = {
  body: AlertRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/alerts';
};

export type AlertCreateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * You have enough rules
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AlertCreateError = AlertCreateErrors[keyof AlertCreateErrors];

export type AlertCreateResponses = {
  /**
   * The answer
   */
  201: Alert;
};

export type AlertCreateResponse = AlertCreateResponses[keyof AlertCreateResponses];

export type AlertTestData = {
  body: AlertTestRequest;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/alerts/test';
};

export type AlertTestErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AlertTestError = AlertTestErrors[keyof AlertTestErrors];

export type AlertTestResponses = {
  /**
   * The answer
   */
  200: AlertTestReply;
};

export type AlertTestResponse = AlertTestResponses[keyof AlertTestResponses];

export type AlertRemoveData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/alerts/{id}';
};

export type AlertRemoveErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AlertRemoveError = AlertRemoveErrors[keyof AlertRemoveErrors];

export type AlertRemoveResponses = {
  /**
   * The answer
   */
  200: Alert;
};

export type AlertRemoveResponse = AlertRemoveResponses[keyof AlertRemoveResponses];

export type AlertFindData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/alerts/{id}';
};

export type AlertFindErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AlertFindError = AlertFindErrors[keyof AlertFindErrors];

export type AlertFindResponses = {
  /**
   * The answer
   */
  200: Alert;
};

export type AlertFindResponse = AlertFindResponses[keyof AlertFindResponses];

export type AlertUpdateData = {
  body: AlertUpdateRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/alerts/{id}';
};

export type AlertUpdateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AlertUpdateError = AlertUpdateErrors[keyof AlertUpdateErrors];

export type AlertUpdateResponses = {
  /**
   * The answer
   */
  200: Alert;
};

export type AlertUpdateResponse = AlertUpdateResponses[keyof AlertUpdateResponses];

export type AlertHistoryData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/alerts/{id}/history';
};

export type AlertHistoryErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AlertHistoryError = AlertHistoryErrors[keyof AlertHistoryErrors];

export type AlertHistoryResponses = {
  /**
   * The answer
   */
  200: AlertHistoryReply;
};

export type AlertHistoryResponse = AlertHistoryResponses[keyof AlertHistoryResponses];

export type AuditListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Entries that began at or after this
     */
    from?: string;
    /**
     * Entries that began before this
     */
    to?: string;
    /**
     * Of this actor, e.g. key 0123456789ab
     */
    actor?: string;
    /**
     * Whose action begins with this, e.g. keys:write or models:promote POST
     */
    action?: string;
    /**
     * That ended so
     */
    outcome?: 'done' | 'failed' | 'refused' | 'unknown';
    /**
     * Of this tenant; others than the own one are for admins
     */
    tenant?: string;
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/audit';
};

export type AuditListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AuditListError = AuditListErrors[keyof AuditListErrors];

export type AuditListResponses = {
  /**
   * The answer
   */
  200: AuditReply;
};

export type AuditListResponse = AuditListResponses[keyof AuditListResponses];

export type AuditExportData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Entries after this place in the chain, an integer
     */
    after?: number;
  };
  url: '/v1/audit/export';
};

export type AuditExportErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type AuditExportError = AuditExportErrors[keyof AuditExportErrors];

export type AuditExportResponses = {
  /**
   * The answer
   */
  200: Blob | File;
};

export type AuditExportResponse = AuditExportResponses[keyof AuditExportResponses];

export type BacktestListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/backtests';
};

export type BacktestListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type BacktestListError = BacktestListErrors[keyof BacktestListErrors];

export type BacktestListResponses = {
  /**
   * The answer
   */
  200: BacktestsReply;
};

export type BacktestListResponse = BacktestListResponses[keyof BacktestListResponses];

export type BacktestStartData = {
  body: BacktestRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/backtests';
};

export type BacktestStartErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * Enough are waiting already
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type BacktestStartError = BacktestStartErrors[keyof BacktestStartErrors];

export type BacktestStartResponses = {
  /**
   * The answer
   */
  202: Backtest;
};

export type BacktestStartResponse = BacktestStartResponses[keyof BacktestStartResponses];

export type BacktestCancelData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/backtests/{id}';
};

export type BacktestCancelErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * It has come to its end already
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type BacktestCancelError = BacktestCancelErrors[keyof BacktestCancelErrors];

export type BacktestCancelResponses = {
  /**
   * The answer
   */
  200: Backtest;
};

export type BacktestCancelResponse = BacktestCancelResponses[keyof BacktestCancelResponses];

export type BacktestFindData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/backtests/{id}';
};

export type BacktestFindErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type BacktestFindError = BacktestFindErrors[keyof BacktestFindErrors];

export type BacktestFindResponses = {
  /**
   * The answer
   */
  200: Backtest;
};

export type BacktestFindResponse = BacktestFindResponses[keyof BacktestFindResponses];

export type ForecastByIdData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/forecasts/by-id/{id}';
};

export type ForecastByIdErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ForecastByIdError = ForecastByIdErrors[keyof ForecastByIdErrors];

export type ForecastByIdResponses = {
  /**
   * The answer
   */
  200: ScoredForecast;
};

export type ForecastByIdResponse = ForecastByIdResponses[keyof ForecastByIdResponses];

export type ForecastReproduceData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/forecasts/by-id/{id}/reproduce';
};

export type ForecastReproduceErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ForecastReproduceError = ForecastReproduceErrors[keyof ForecastReproduceErrors];

export type ForecastReproduceResponses = {
  /**
   * The answer
   */
  200: Reproduction;
};

export type ForecastReproduceResponse = ForecastReproduceResponses[keyof ForecastReproduceResponses];

export type ForecastLatestData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    instrument: InstrumentId;
  };
  query?: {
    /**
     * One horizon, or several separated by commas: 1h, 4h, 24h, 168h; default 24h
     */
    horizon?: Array<'1h' | '4h' | '24h' | '168h'>;
    /**
     * Levels of further quantiles, separated by commas, 0.001 to 0.999; e.g. 0.01,0.99
     */
    levels?: Array<number>;
  };
  url: '/v1/forecasts/{instrument}';
};

export type ForecastLatestErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ForecastLatestError = ForecastLatestErrors[keyof ForecastLatestErrors];

export type ForecastLatestResponses = {
  /**
   * One of these
   */
  200: LatestForecast | ForecastsReply;
};

export type ForecastLatestResponse = ForecastLatestResponses[keyof ForecastLatestResponses];

export type ForecastHistoryData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    instrument: InstrumentId;
  };
  query?: {
    /**
     * Time from origin to target
     */
    horizon?: '1h' | '4h' | '24h' | '168h';
    /**
     * First origin, inclusive
     */
    from?: string;
    /**
     * Last origin, exclusive
     */
    to?: string;
    /**
     * Forecasts per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/forecasts/{instrument}/history';
};

export type ForecastHistoryErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ForecastHistoryError = ForecastHistoryErrors[keyof ForecastHistoryErrors];

export type ForecastHistoryResponses = {
  /**
   * The answer
   */
  200: ForecastHistoryReply;
};

export type ForecastHistoryResponse = ForecastHistoryResponses[keyof ForecastHistoryResponses];

export type ForecastProbabilityData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    instrument: InstrumentId;
  };
  query?: {
    /**
     * Time from origin to target
     */
    horizon?: '1h' | '4h' | '24h' | '168h';
    /**
     * Probability that the close at the target is above this price
     */
    above?: number;
    /**
     * Probability that it is below this price
     */
    below?: number;
    /**
     * Probability that it lies between two prices: low,high
     */
    between?: string;
  };
  url: '/v1/forecasts/{instrument}/probability';
};

export type ForecastProbabilityErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ForecastProbabilityError = ForecastProbabilityErrors[keyof ForecastProbabilityErrors];

export type ForecastProbabilityResponses = {
  /**
   * The answer
   */
  200: Probability;
};

export type ForecastProbabilityResponse = ForecastProbabilityResponses[keyof ForecastProbabilityResponses];

export type SessionIdentityData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/identity';
};

export type SessionIdentityErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SessionIdentityError = SessionIdentityErrors[keyof SessionIdentityErrors];

export type SessionIdentityResponses = {
  /**
   * The answer
   */
  200: Identity;
};

export type SessionIdentityResponse = SessionIdentityResponses[keyof SessionIdentityResponses];

export type InstrumentListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/instruments';
};

export type InstrumentListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type InstrumentListError = InstrumentListErrors[keyof InstrumentListErrors];

export type InstrumentListResponses = {
  /**
   * The answer
   */
  200: InstrumentsReply;
};

export type InstrumentListResponse = InstrumentListResponses[keyof InstrumentListResponses];

export type InstrumentCandlesData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: InstrumentId;
  };
  query?: {
    /**
     * Length of the candles
     */
    interval?: '1m' | '5m' | '15m' | '1h' | '4h' | '1d';
    /**
     * First open time, inclusive; default: as far back as limit reaches
     */
    from?: string;
    /**
     * Last open time, exclusive; default: now
     */
    to?: string;
    /**
     * Candles per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/instruments/{id}/candles';
};

export type InstrumentCandlesErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type InstrumentCandlesError = InstrumentCandlesErrors[keyof InstrumentCandlesErrors];

export type InstrumentCandlesResponses = {
  /**
   * The answer
   */
  200: CandlesReply;
};

export type InstrumentCandlesResponse = InstrumentCandlesResponses[keyof InstrumentCandlesResponses];

export type KeyListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/keys';
};

export type KeyListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type KeyListError = KeyListErrors[keyof KeyListErrors];

export type KeyListResponses = {
  /**
   * The answer
   */
  200: KeysReply;
};

export type KeyListResponse = KeyListResponses[keyof KeyListResponses];

export type KeyCreateData = {
  body: CreateKeyRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/keys';
};

export type KeyCreateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The tenant has too many keys
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type KeyCreateError = KeyCreateErrors[keyof KeyCreateErrors];

export type KeyCreateResponses = {
  /**
   * The answer
   */
  201: NewKey;
};

export type KeyCreateResponse = KeyCreateResponses[keyof KeyCreateResponses];

export type KeyRevokeData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/keys/{id}';
};

export type KeyRevokeErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * Nobody else of the tenant could make keys any more
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type KeyRevokeError = KeyRevokeErrors[keyof KeyRevokeErrors];

export type KeyRevokeResponses = {
  /**
   * The answer
   */
  200: Key;
};

export type KeyRevokeResponse = KeyRevokeResponses[keyof KeyRevokeResponses];

export type KeyGetData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/keys/{id}';
};

export type KeyGetErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type KeyGetError = KeyGetErrors[keyof KeyGetErrors];

export type KeyGetResponses = {
  /**
   * The answer
   */
  200: Key;
};

export type KeyGetResponse = KeyGetResponses[keyof KeyGetResponses];

export type KeyChangeData = {
  body: ChangeKeyRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/keys/{id}';
};

export type KeyChangeErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * It is revoked or the operator's own; or: Nobody else of the tenant could make keys any more
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type KeyChangeError = KeyChangeErrors[keyof KeyChangeErrors];

export type KeyChangeResponses = {
  /**
   * The answer
   */
  200: Key;
};

export type KeyChangeResponse = KeyChangeResponses[keyof KeyChangeResponses];

export type KeyRotateData = {
  body: RotateKeyRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/keys/{id}/rotate';
};

export type KeyRotateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * It is revoked, the operator's own, or its overlap goes on
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type KeyRotateError = KeyRotateErrors[keyof KeyRotateErrors];

export type KeyRotateResponses = {
  /**
   * The answer
   */
  200: NewKey;
};

export type KeyRotateResponse = KeyRotateResponses[keyof KeyRotateResponses];

export type SigningKeyListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/keys/{id}/signing-keys';
};

export type SigningKeyListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SigningKeyListError = SigningKeyListErrors[keyof SigningKeyListErrors];

export type SigningKeyListResponses = {
  /**
   * The answer
   */
  200: SigningKeysReply;
};

export type SigningKeyListResponse = SigningKeyListResponses[keyof SigningKeyListResponses];

export type SigningKeyCreateData = {
  body: CreateSigningKeyRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/keys/{id}/signing-keys';
};

export type SigningKeyCreateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The key is revoked, or has too many signing keys
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SigningKeyCreateError = SigningKeyCreateErrors[keyof SigningKeyCreateErrors];

export type SigningKeyCreateResponses = {
  /**
   * The answer
   */
  201: NewSigningKey;
};

export type SigningKeyCreateResponse = SigningKeyCreateResponses[keyof SigningKeyCreateResponses];

export type SigningKeyRevokeData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
    signingKey: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/keys/{id}/signing-keys/{signingKey}';
};

export type SigningKeyRevokeErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SigningKeyRevokeError = SigningKeyRevokeErrors[keyof SigningKeyRevokeErrors];

export type SigningKeyRevokeResponses = {
  /**
   * The answer
   */
  200: SigningKey;
};

export type SigningKeyRevokeResponse = SigningKeyRevokeResponses[keyof SigningKeyRevokeResponses];

export type ModelListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
    /**
     * Only versions that come from there
     */
    status?: 'shipped' | 'candidate' | 'uploaded';
  };
  url: '/v1/models';
};

export type ModelListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ModelListError = ModelListErrors[keyof ModelListErrors];

export type ModelListResponses = {
  /**
   * The answer
   */
  200: ModelsReply;
};

export type ModelListResponse = ModelListResponses[keyof ModelListResponses];

export type ModelUploadData = {
  body: UploadModelRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/models';
};

export type ModelUploadErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The model is too large
   */
  413: Problem;
  /**
   * The model was refused; `detail` says for what
   */
  422: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ModelUploadError = ModelUploadErrors[keyof ModelUploadErrors];

export type ModelUploadResponses = {
  /**
   * The answer
   */
  201: Model;
};

export type ModelUploadResponse = ModelUploadResponses[keyof ModelUploadResponses];

export type ModelAliasesData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    instrument: InstrumentId;
  };
  query?: {
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/models/aliases/{instrument}';
};

export type ModelAliasesErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ModelAliasesError = ModelAliasesErrors[keyof ModelAliasesErrors];

export type ModelAliasesResponses = {
  /**
   * The answer
   */
  200: AliasHistoryReply;
};

export type ModelAliasesResponse = ModelAliasesResponses[keyof ModelAliasesResponses];

export type ModelFindData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    /**
     * Name of a model
     */
    name: string;
    /**
     * Version of the model, an increasing integer
     */
    version: number;
  };
  query?: never;
  url: '/v1/models/{name}/{version}';
};

export type ModelFindErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ModelFindError = ModelFindErrors[keyof ModelFindErrors];

export type ModelFindResponses = {
  /**
   * The answer
   */
  200: Model;
};

export type ModelFindResponse = ModelFindResponses[keyof ModelFindResponses];

export type ModelCardData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    /**
     * Name of a model
     */
    name: string;
    /**
     * Version of the model, an increasing integer
     */
    version: number;
  };
  query?: never;
  url: '/v1/models/{name}/{version}/card';
};

export type ModelCardErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ModelCardError = ModelCardErrors[keyof ModelCardErrors];

export type ModelCardResponses = {
  /**
   * The answer
   */
  200: string;
};

export type ModelCardResponse = ModelCardResponses[keyof ModelCardResponses];

export type ModelGraphData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    /**
     * Name of a model
     */
    name: string;
    /**
     * Version of the model, an increasing integer
     */
    version: number;
  };
  query?: never;
  url: '/v1/models/{name}/{version}/graph';
};

export type ModelGraphErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ModelGraphError = ModelGraphErrors[keyof ModelGraphErrors];

export type ModelGraphResponses = {
  /**
   * The answer
   */
  200: Blob | File;
};

export type ModelGraphResponse = ModelGraphResponses[keyof ModelGraphResponses];

export type ModelPromoteData = {
  body: PromoteRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    /**
     * Name of a model
     */
    name: string;
    /**
     * Version of the model, an increasing integer
     */
    version: number;
  };
  query?: never;
  url: '/v1/models/{name}/{version}/promote';
};

export type ModelPromoteErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * It conflicts with what is there
   */
  409: Problem;
  /**
   * The evidence is missing
   */
  422: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ModelPromoteError = ModelPromoteErrors[keyof ModelPromoteErrors];

export type ModelPromoteResponses = {
  /**
   * The answer
   */
  200: AliasMove;
};

export type ModelPromoteResponse = ModelPromoteResponses[keyof ModelPromoteResponses];

export type ModelRollBackData = {
  body: RollbackRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    /**
     * Name of a model
     */
    name: string;
    /**
     * Version of the model, an increasing integer
     */
    version: number;
  };
  query?: never;
  url: '/v1/models/{name}/{version}/rollback';
};

export type ModelRollBackErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * It conflicts with what is there
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type ModelRollBackError = ModelRollBackErrors[keyof ModelRollBackErrors];

export type ModelRollBackResponses = {
  /**
   * The answer
   */
  200: AliasMove;
};

export type ModelRollBackResponse = ModelRollBackResponses[keyof ModelRollBackResponses];

export type OAuthClientListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/oauth-clients';
};

export type OAuthClientListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type OAuthClientListError = OAuthClientListErrors[keyof OAuthClientListErrors];

export type OAuthClientListResponses = {
  /**
   * The answer
   */
  200: OAuthClientsReply;
};

export type OAuthClientListResponse = OAuthClientListResponses[keyof OAuthClientListResponses];

export type OAuthClientCreateData = {
  body: CreateOAuthClientRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/oauth-clients';
};

export type OAuthClientCreateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The tenant has too many clients
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type OAuthClientCreateError = OAuthClientCreateErrors[keyof OAuthClientCreateErrors];

export type OAuthClientCreateResponses = {
  /**
   * The answer
   */
  201: NewOAuthClient;
};

export type OAuthClientCreateResponse = OAuthClientCreateResponses[keyof OAuthClientCreateResponses];

export type OAuthClientRevokeData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/oauth-clients/{id}';
};

export type OAuthClientRevokeErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type OAuthClientRevokeError = OAuthClientRevokeErrors[keyof OAuthClientRevokeErrors];

export type OAuthClientRevokeResponses = {
  /**
   * The answer
   */
  200: OAuthClient;
};

export type OAuthClientRevokeResponse = OAuthClientRevokeResponses[keyof OAuthClientRevokeResponses];

export type OAuthClientGetData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/oauth-clients/{id}';
};

export type OAuthClientGetErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type OAuthClientGetError = OAuthClientGetErrors[keyof OAuthClientGetErrors];

export type OAuthClientGetResponses = {
  /**
   * The answer
   */
  200: OAuthClient;
};

export type OAuthClientGetResponse = OAuthClientGetResponses[keyof OAuthClientGetResponses];

export type OAuthClientChangeData = {
  body: ChangeOAuthClientRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/oauth-clients/{id}';
};

export type OAuthClientChangeErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * It is revoked, or has no keys
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type OAuthClientChangeError = OAuthClientChangeErrors[keyof OAuthClientChangeErrors];

export type OAuthClientChangeResponses = {
  /**
   * The answer
   */
  200: OAuthClient;
};

export type OAuthClientChangeResponse = OAuthClientChangeResponses[keyof OAuthClientChangeResponses];

export type OAuthClientRotateData = {
  body: RotateOAuthClientRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/oauth-clients/{id}/rotate';
};

export type OAuthClientRotateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * It is revoked, has no secret, or its overlap goes on
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type OAuthClientRotateError = OAuthClientRotateErrors[keyof OAuthClientRotateErrors];

export type OAuthClientRotateResponses = {
  /**
   * The answer
   */
  200: NewOAuthClient;
};

export type OAuthClientRotateResponse = OAuthClientRotateResponses[keyof OAuthClientRotateResponses];

export type PerformanceGetData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    instrument: InstrumentId;
  };
  query?: {
    /**
     * Time from origin to target
     */
    horizon?: '1h' | '4h' | '24h' | '168h';
    /**
     * How far back in event time to count
     */
    window?: '7d' | '30d' | '90d' | '365d' | 'all';
  };
  url: '/v1/performance/{instrument}';
};

export type PerformanceGetErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type PerformanceGetError = PerformanceGetErrors[keyof PerformanceGetErrors];

export type PerformanceGetResponses = {
  /**
   * The answer
   */
  200: Performance;
};

export type PerformanceGetResponse = PerformanceGetResponses[keyof PerformanceGetResponses];

export type SessionLogoutData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/session';
};

export type SessionLogoutErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SessionLogoutError = SessionLogoutErrors[keyof SessionLogoutErrors];

export type SessionLogoutResponses = {
  /**
   * The answer
   */
  200: SessionEnded;
};

export type SessionLogoutResponse = SessionLogoutResponses[keyof SessionLogoutResponses];

export type SessionCurrentData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/session';
};

export type SessionCurrentErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SessionCurrentError = SessionCurrentErrors[keyof SessionCurrentErrors];

export type SessionCurrentResponses = {
  /**
   * The answer
   */
  200: Session;
};

export type SessionCurrentResponse = SessionCurrentResponses[keyof SessionCurrentResponses];

export type SessionLoginData = {
  body: LoginRequest;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/session';
};

export type SessionLoginErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The e-mail address, the password or the tenant is wrong
   */
  401: Problem;
  /**
   * It was sent by a page of another origin
   */
  403: Problem;
  /**
   * Too many wrong passwords came from this address; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SessionLoginError = SessionLoginErrors[keyof SessionLoginErrors];

export type SessionLoginResponses = {
  /**
   * The answer
   */
  201: Session;
};

export type SessionLoginResponse = SessionLoginResponses[keyof SessionLoginResponses];

export type SessionChangePasswordData = {
  body: ChangePasswordRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/session/password';
};

export type SessionChangePasswordErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The new password is the present one
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SessionChangePasswordError = SessionChangePasswordErrors[keyof SessionChangePasswordErrors];

export type SessionChangePasswordResponses = {
  /**
   * The answer
   */
  200: Session;
};

export type SessionChangePasswordResponse =
  SessionChangePasswordResponses[keyof SessionChangePasswordResponses];

export type SessionListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/sessions';
};

export type SessionListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SessionListError = SessionListErrors[keyof SessionListErrors];

export type SessionListResponses = {
  /**
   * The answer
   */
  200: SessionsReply;
};

export type SessionListResponse = SessionListResponses[keyof SessionListResponses];

export type SessionEndData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/sessions/{id}';
};

export type SessionEndErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type SessionEndError = SessionEndErrors[keyof SessionEndErrors];

export type SessionEndResponses = {
  /**
   * The answer
   */
  200: SessionEnded;
};

export type SessionEndResponse = SessionEndResponses[keyof SessionEndResponses];

export type StreamOpenData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Kinds of events, separated by commas; default: all
     */
    type?: Array<'price' | 'forecast' | 'outcome' | 'gap'>;
    /**
     * Instruments, separated by commas; default: all
     */
    instrument?: Array<string>;
    /**
     * Horizons of forecasts and outcomes, separated by commas; default: all
     */
    horizon?: Array<'1h' | '4h' | '24h' | '168h'>;
    /**
     * Intervals of prices and gaps, separated by commas; default: all
     */
    interval?: Array<'1m' | '5m' | '15m' | '1h' | '4h' | '1d'>;
    /**
     * As the header Last-Event-ID, for browsers, which cannot set one: events after this one
     */
    lastEventId?: string;
    /**
     * A ticket of POST /v1/stream/tickets, for browsers, which cannot send a key
     */
    ticket?: string;
  };
  url: '/v1/stream';
};

export type StreamOpenErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type StreamOpenError = StreamOpenErrors[keyof StreamOpenErrors];

export type StreamOpenResponses = {
  /**
   * The answer
   */
  200: string;
};

export type StreamOpenResponse = StreamOpenResponses[keyof StreamOpenResponses];

export type StreamTicketsData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/stream/tickets';
};

export type StreamTicketsErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type StreamTicketsError = StreamTicketsErrors[keyof StreamTicketsErrors];

export type StreamTicketsResponses = {
  /**
   * The answer
   */
  201: StreamTicket;
};

export type StreamTicketsResponse = StreamTicketsResponses[keyof StreamTicketsResponses];

export type TenantListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/tenants';
};

export type TenantListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type TenantListError = TenantListErrors[keyof TenantListErrors];

export type TenantListResponses = {
  /**
   * The answer
   */
  200: TenantsReply;
};

export type TenantListResponse = TenantListResponses[keyof TenantListResponses];

export type TenantCreateData = {
  body: CreateTenantRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/tenants';
};

export type TenantCreateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * There is one of this id already
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type TenantCreateError = TenantCreateErrors[keyof TenantCreateErrors];

export type TenantCreateResponses = {
  /**
   * The answer
   */
  201: Tenant;
};

export type TenantCreateResponse = TenantCreateResponses[keyof TenantCreateResponses];

export type TenantGetData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    /**
     * Whom it belongs to
     */
    tenant: string;
  };
  query?: never;
  url: '/v1/tenants/{tenant}';
};

export type TenantGetErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type TenantGetError = TenantGetErrors[keyof TenantGetErrors];

export type TenantGetResponses = {
  /**
   * The answer
   */
  200: Tenant;
};

export type TenantGetResponse = TenantGetResponses[keyof TenantGetResponses];

export type TenantChangeData = {
  body: ChangeTenantRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    /**
     * Whom it belongs to
     */
    tenant: string;
  };
  query?: never;
  url: '/v1/tenants/{tenant}';
};

export type TenantChangeErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type TenantChangeError = TenantChangeErrors[keyof TenantChangeErrors];

export type TenantChangeResponses = {
  /**
   * The answer
   */
  200: Tenant;
};

export type TenantChangeResponse = TenantChangeResponses[keyof TenantChangeResponses];

export type TrackRecordPageData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Entries after this place
     */
    after?: number;
    /**
     * Entries per page
     */
    limit?: number;
  };
  url: '/v1/track-record';
};

export type TrackRecordPageErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type TrackRecordPageError = TrackRecordPageErrors[keyof TrackRecordPageErrors];

export type TrackRecordPageResponses = {
  /**
   * The answer
   */
  200: TrackRecord;
};

export type TrackRecordPageResponse = TrackRecordPageResponses[keyof TrackRecordPageResponses];

export type TrackRecordProofData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/track-record/proof/{id}';
};

export type TrackRecordProofErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type TrackRecordProofError = TrackRecordProofErrors[keyof TrackRecordProofErrors];

export type TrackRecordProofResponses = {
  /**
   * The answer
   */
  200: TrackRecordProof;
};

export type TrackRecordProofResponse = TrackRecordProofResponses[keyof TrackRecordProofResponses];

export type UsageUsageData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * First day (UTC); default: 30 days before the last
     */
    from?: string;
    /**
     * Last day (UTC), included; default: today
     */
    to?: string;
    /**
     * Whose usage; only an admin may name another tenant than its own
     */
    tenant?: string;
  };
  url: '/v1/usage';
};

export type UsageUsageErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type UsageUsageError = UsageUsageErrors[keyof UsageUsageErrors];

export type UsageUsageResponses = {
  /**
   * The answer
   */
  200: Usage;
};

export type UsageUsageResponse = UsageUsageResponses[keyof UsageUsageResponses];

export type UserListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/users';
};

export type UserListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type UserListError = UserListErrors[keyof UserListErrors];

export type UserListResponses = {
  /**
   * The answer
   */
  200: UsersReply;
};

export type UserListResponse = UserListResponses[keyof UserListResponses];

export type UserCreateData = {
  body: CreateUserRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/users';
};

export type UserCreateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The e-mail address is taken, or the tenant has too many users
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type UserCreateError = UserCreateErrors[keyof UserCreateErrors];

export type UserCreateResponses = {
  /**
   * The answer
   */
  201: User;
};

export type UserCreateResponse = UserCreateResponses[keyof UserCreateResponses];

export type UserRemoveData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/users/{id}';
};

export type UserRemoveErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * Nobody else of the tenant could make keys any more
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type UserRemoveError = UserRemoveErrors[keyof UserRemoveErrors];

export type UserRemoveResponses = {
  /**
   * The answer
   */
  200: User;
};

export type UserRemoveResponse = UserRemoveResponses[keyof UserRemoveResponses];

export type UserGetData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/users/{id}';
};

export type UserGetErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type UserGetError = UserGetErrors[keyof UserGetErrors];

export type UserGetResponses = {
  /**
   * The answer
   */
  200: User;
};

export type UserGetResponse = UserGetResponses[keyof UserGetResponses];

export type UserChangeData = {
  body: ChangeUserRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Whose; only administrators may name another tenant than their own
     */
    tenant?: string;
  };
  url: '/v1/users/{id}';
};

export type UserChangeErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The e-mail address is taken; or: Nobody else of the tenant could make keys any more
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type UserChangeError = UserChangeErrors[keyof UserChangeErrors];

export type UserChangeResponses = {
  /**
   * The answer
   */
  200: User;
};

export type UserChangeResponse = UserChangeResponses[keyof UserChangeResponses];

export type WebhookListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: {
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/webhooks';
};

export type WebhookListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WebhookListError = WebhookListErrors[keyof WebhookListErrors];

export type WebhookListResponses = {
  /**
   * The answer
   */
  200: WebhooksReply;
};

export type WebhookListResponse = WebhookListResponses[keyof WebhookListResponses];

export type WebhookCreateData = {
  body: WebhookRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v1/webhooks';
};

export type WebhookCreateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * You have enough endpoints
   */
  409: Problem;
  /**
   * The address may not be called
   */
  422: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WebhookCreateError = WebhookCreateErrors[keyof WebhookCreateErrors];

export type WebhookCreateResponses = {
  /**
   * The answer
   */
  201: Webhook;
};

export type WebhookCreateResponse = WebhookCreateResponses[keyof WebhookCreateResponses];

export type WebhookRemoveData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}';
};

export type WebhookRemoveErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WebhookRemoveError = WebhookRemoveErrors[keyof WebhookRemoveErrors];

export type WebhookRemoveResponses = {
  /**
   * The answer
   */
  200: Webhook;
};

export type WebhookRemoveResponse = WebhookRemoveResponses[keyof WebhookRemoveResponses];

export type WebhookFindData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}';
};

export type WebhookFindErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WebhookFindError = WebhookFindErrors[keyof WebhookFindErrors];

export type WebhookFindResponses = {
  /**
   * The answer
   */
  200: Webhook;
};

export type WebhookFindResponse = WebhookFindResponses[keyof WebhookFindResponses];

export type WebhookUpdateData = {
  body: WebhookUpdateRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}';
};

export type WebhookUpdateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The address may not be called
   */
  422: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WebhookUpdateError = WebhookUpdateErrors[keyof WebhookUpdateErrors];

export type WebhookUpdateResponses = {
  /**
   * The answer
   */
  200: Webhook;
};

export type WebhookUpdateResponse = WebhookUpdateResponses[keyof WebhookUpdateResponses];

export type DeliveryListData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: {
    /**
     * Only deliveries in this state
     */
    state?: 'pending' | 'delivered' | 'failed';
    /**
     * Only deliveries of this event type
     */
    type?: string;
    /**
     * Entries per page
     */
    limit?: number;
    /**
     * next of the page before, unchanged
     */
    cursor?: string;
  };
  url: '/v1/webhooks/{id}/deliveries';
};

export type DeliveryListErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type DeliveryListError = DeliveryListErrors[keyof DeliveryListErrors];

export type DeliveryListResponses = {
  /**
   * The answer
   */
  200: WebhookDeliveriesReply;
};

export type DeliveryListResponse = DeliveryListResponses[keyof DeliveryListResponses];

export type DeliveryFindData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
    delivery: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}/deliveries/{delivery}';
};

export type DeliveryFindErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type DeliveryFindError = DeliveryFindErrors[keyof DeliveryFindErrors];

export type DeliveryFindResponses = {
  /**
   * The answer
   */
  200: WebhookDeliveryDetail;
};

export type DeliveryFindResponse = DeliveryFindResponses[keyof DeliveryFindResponses];

export type DeliveryReplayOneData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
    delivery: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}/deliveries/{delivery}/replay';
};

export type DeliveryReplayOneErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The endpoint is disabled
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type DeliveryReplayOneError = DeliveryReplayOneErrors[keyof DeliveryReplayOneErrors];

export type DeliveryReplayOneResponses = {
  /**
   * The answer
   */
  202: WebhookDeliveryDetail;
};

export type DeliveryReplayOneResponse = DeliveryReplayOneResponses[keyof DeliveryReplayOneResponses];

export type DeliveryReplayRangeData = {
  body: WebhookReplayRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}/replay';
};

export type DeliveryReplayRangeErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The endpoint is disabled
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type DeliveryReplayRangeError = DeliveryReplayRangeErrors[keyof DeliveryReplayRangeErrors];

export type DeliveryReplayRangeResponses = {
  /**
   * The answer
   */
  202: WebhookReplayReply;
};

export type DeliveryReplayRangeResponse = DeliveryReplayRangeResponses[keyof DeliveryReplayRangeResponses];

export type WebhookShowSecretsData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}/secrets';
};

export type WebhookShowSecretsErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WebhookShowSecretsError = WebhookShowSecretsErrors[keyof WebhookShowSecretsErrors];

export type WebhookShowSecretsResponses = {
  /**
   * The answer
   */
  200: WebhookSecretsReply;
};

export type WebhookShowSecretsResponse = WebhookShowSecretsResponses[keyof WebhookShowSecretsResponses];

export type WebhookRotateData = {
  body: WebhookRotateRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}/secrets/rotate';
};

export type WebhookRotateErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * Too many old secrets are still in use
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type WebhookRotateError = WebhookRotateErrors[keyof WebhookRotateErrors];

export type WebhookRotateResponses = {
  /**
   * The answer
   */
  200: Webhook;
};

export type WebhookRotateResponse = WebhookRotateResponses[keyof WebhookRotateResponses];

export type DeliveryTestData = {
  body?: never;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    id: string;
  };
  query?: never;
  url: '/v1/webhooks/{id}/test';
};

export type DeliveryTestErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: Problem;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: Problem;
  /**
   * The key has no right to this
   */
  403: Problem;
  /**
   * There is nothing of this name
   */
  404: Problem;
  /**
   * The endpoint is disabled
   */
  409: Problem;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: Problem;
  /**
   * Something went wrong on our side
   */
  500: Problem;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: Problem;
  /**
   * It took longer than the client or the route allows
   */
  504: Problem;
};

export type DeliveryTestError = DeliveryTestErrors[keyof DeliveryTestErrors];

export type DeliveryTestResponses = {
  /**
   * The answer
   */
  202: WebhookDeliveryDetail;
};

export type DeliveryTestResponse = DeliveryTestResponses[keyof DeliveryTestResponses];

export type ServerMetadataData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v2';
};

export type ServerMetadataErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ServerMetadataError = ServerMetadataErrors[keyof ServerMetadataErrors];

export type ServerMetadataResponses = {
  /**
   * The answer
   */
  200: ServerMetadata;
};

export type ServerMetadataResponse = ServerMetadataResponses[keyof ServerMetadataResponses];

export type ServerLiveData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v2/health/live';
};

export type ServerLiveErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ServerLiveError = ServerLiveErrors[keyof ServerLiveErrors];

export type ServerLiveResponses = {
  /**
   * The answer
   */
  200: ServerLive;
};

export type ServerLiveResponse = ServerLiveResponses[keyof ServerLiveResponses];

export type ServerReadyData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v2/health/ready';
};

export type ServerReadyErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ServerReadyError = ServerReadyErrors[keyof ServerReadyErrors];

export type ServerReadyResponses = {
  /**
   * The answer
   */
  200: ServerReady;
};

export type ServerReadyResponse = ServerReadyResponses[keyof ServerReadyResponses];

export type ModelMetadataNamesData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v2/models';
};

export type ModelMetadataNamesErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataNamesError = ModelMetadataNamesErrors[keyof ModelMetadataNamesErrors];

export type ModelMetadataNamesResponses = {
  /**
   * The answer
   */
  200: ModelNames;
};

export type ModelMetadataNamesResponse = ModelMetadataNamesResponses[keyof ModelMetadataNamesResponses];

export type ModelMetadataAllStatisticsData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v2/models/stats';
};

export type ModelMetadataAllStatisticsErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataAllStatisticsError =
  ModelMetadataAllStatisticsErrors[keyof ModelMetadataAllStatisticsErrors];

export type ModelMetadataAllStatisticsResponses = {
  /**
   * The answer
   */
  200: ModelStatisticsReply;
};

export type ModelMetadataAllStatisticsResponse =
  ModelMetadataAllStatisticsResponses[keyof ModelMetadataAllStatisticsResponses];

export type ModelMetadataMetadataData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
  };
  query?: never;
  url: '/v2/models/{model}';
};

export type ModelMetadataMetadataErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataMetadataError = ModelMetadataMetadataErrors[keyof ModelMetadataMetadataErrors];

export type ModelMetadataMetadataResponses = {
  /**
   * The answer
   */
  200: ModelMetadata;
};

export type ModelMetadataMetadataResponse =
  ModelMetadataMetadataResponses[keyof ModelMetadataMetadataResponses];

export type ModelMetadataConfigData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
  };
  query?: never;
  url: '/v2/models/{model}/config';
};

export type ModelMetadataConfigErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataConfigError = ModelMetadataConfigErrors[keyof ModelMetadataConfigErrors];

export type ModelMetadataConfigResponses = {
  /**
   * The answer
   */
  200: ModelConfig;
};

export type ModelMetadataConfigResponse = ModelMetadataConfigResponses[keyof ModelMetadataConfigResponses];

export type InferInferData = {
  body: InferRequest;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
  };
  query?: never;
  url: '/v2/models/{model}/infer';
};

export type InferInferErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The version is registered but not loaded
   */
  409: InferenceError;
  /**
   * The body is too large
   */
  413: InferenceError;
  /**
   * The body is neither JSON nor bytes
   */
  415: InferenceError;
  /**
   * The graph cannot compute these rows
   */
  422: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type InferInferError = InferInferErrors[keyof InferInferErrors];

export type InferInferResponses = {
  /**
   * The answer
   */
  200: InferReply;
};

export type InferInferResponse = InferInferResponses[keyof InferInferResponses];

export type ModelMetadataReadyData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
  };
  query?: never;
  url: '/v2/models/{model}/ready';
};

export type ModelMetadataReadyErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The version is registered but not loaded
   */
  409: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataReadyError = ModelMetadataReadyErrors[keyof ModelMetadataReadyErrors];

export type ModelMetadataReadyResponses = {
  /**
   * The answer
   */
  200: ModelReady;
};

export type ModelMetadataReadyResponse = ModelMetadataReadyResponses[keyof ModelMetadataReadyResponses];

export type ModelMetadataStatisticsData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
  };
  query?: never;
  url: '/v2/models/{model}/stats';
};

export type ModelMetadataStatisticsErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataStatisticsError = ModelMetadataStatisticsErrors[keyof ModelMetadataStatisticsErrors];

export type ModelMetadataStatisticsResponses = {
  /**
   * The answer
   */
  200: ModelStatisticsReply;
};

export type ModelMetadataStatisticsResponse =
  ModelMetadataStatisticsResponses[keyof ModelMetadataStatisticsResponses];

export type ModelMetadataMetadataOfVersionData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
    version: string;
  };
  query?: never;
  url: '/v2/models/{model}/versions/{version}';
};

export type ModelMetadataMetadataOfVersionErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataMetadataOfVersionError =
  ModelMetadataMetadataOfVersionErrors[keyof ModelMetadataMetadataOfVersionErrors];

export type ModelMetadataMetadataOfVersionResponses = {
  /**
   * The answer
   */
  200: ModelMetadata;
};

export type ModelMetadataMetadataOfVersionResponse =
  ModelMetadataMetadataOfVersionResponses[keyof ModelMetadataMetadataOfVersionResponses];

export type ModelMetadataConfigOfVersionData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
    version: string;
  };
  query?: never;
  url: '/v2/models/{model}/versions/{version}/config';
};

export type ModelMetadataConfigOfVersionErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataConfigOfVersionError =
  ModelMetadataConfigOfVersionErrors[keyof ModelMetadataConfigOfVersionErrors];

export type ModelMetadataConfigOfVersionResponses = {
  /**
   * The answer
   */
  200: ModelConfig;
};

export type ModelMetadataConfigOfVersionResponse =
  ModelMetadataConfigOfVersionResponses[keyof ModelMetadataConfigOfVersionResponses];

export type InferInferOfVersionData = {
  body: InferRequest;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
    version: string;
  };
  query?: never;
  url: '/v2/models/{model}/versions/{version}/infer';
};

export type InferInferOfVersionErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The version is registered but not loaded
   */
  409: InferenceError;
  /**
   * The body is too large
   */
  413: InferenceError;
  /**
   * The body is neither JSON nor bytes
   */
  415: InferenceError;
  /**
   * The graph cannot compute these rows
   */
  422: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type InferInferOfVersionError = InferInferOfVersionErrors[keyof InferInferOfVersionErrors];

export type InferInferOfVersionResponses = {
  /**
   * The answer
   */
  200: InferReply;
};

export type InferInferOfVersionResponse = InferInferOfVersionResponses[keyof InferInferOfVersionResponses];

export type ModelMetadataReadyOfVersionData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
    version: string;
  };
  query?: never;
  url: '/v2/models/{model}/versions/{version}/ready';
};

export type ModelMetadataReadyOfVersionErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The version is registered but not loaded
   */
  409: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataReadyOfVersionError =
  ModelMetadataReadyOfVersionErrors[keyof ModelMetadataReadyOfVersionErrors];

export type ModelMetadataReadyOfVersionResponses = {
  /**
   * The answer
   */
  200: ModelReady;
};

export type ModelMetadataReadyOfVersionResponse =
  ModelMetadataReadyOfVersionResponses[keyof ModelMetadataReadyOfVersionResponses];

export type ModelMetadataStatisticsOfVersionData = {
  body?: never;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
    version: string;
  };
  query?: never;
  url: '/v2/models/{model}/versions/{version}/stats';
};

export type ModelMetadataStatisticsOfVersionErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type ModelMetadataStatisticsOfVersionError =
  ModelMetadataStatisticsOfVersionErrors[keyof ModelMetadataStatisticsOfVersionErrors];

export type ModelMetadataStatisticsOfVersionResponses = {
  /**
   * The answer
   */
  200: ModelStatisticsReply;
};

export type ModelMetadataStatisticsOfVersionResponse =
  ModelMetadataStatisticsOfVersionResponses[keyof ModelMetadataStatisticsOfVersionResponses];

export type RepositoryIndexData = {
  body?: RepositoryIndexRequest;
  headers?: {
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path?: never;
  query?: never;
  url: '/v2/repository/index';
};

export type RepositoryIndexErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type RepositoryIndexError = RepositoryIndexErrors[keyof RepositoryIndexErrors];

export type RepositoryIndexResponses = {
  /**
   * The answer
   */
  200: RepositoryIndex;
};

export type RepositoryIndexResponse = RepositoryIndexResponses[keyof RepositoryIndexResponses];

export type RepositoryLoadData = {
  body?: RepositoryLoadRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
  };
  query?: never;
  url: '/v2/repository/models/{model}/load';
};

export type RepositoryLoadErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * So many are loaded already
   */
  409: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type RepositoryLoadError = RepositoryLoadErrors[keyof RepositoryLoadErrors];

export type RepositoryLoadResponses = {
  /**
   * The answer
   */
  200: ModelLoad;
};

export type RepositoryLoadResponse = RepositoryLoadResponses[keyof RepositoryLoadResponses];

export type RepositoryUnloadData = {
  body?: RepositoryUnloadRequest;
  headers?: {
    /**
     * Names this change, in quotes (draft-ietf-httpapi-idempotency-key-header): repeated under the same name within a day it takes effect once
     */
    'Idempotency-Key'?: string;
    /**
     * How long the client waits, in milliseconds; after that it gets 504 and nothing is begun any more. At most 60000, or what the route allows by itself
     */
    'X-Request-Timeout-Ms'?: number;
  };
  path: {
    model: string;
  };
  query?: never;
  url: '/v2/repository/models/{model}/unload';
};

export type RepositoryUnloadErrors = {
  /**
   * The request is invalid; `errors` names every field that is
   */
  400: InferenceError;
  /**
   * The key is missing, malformed, unknown, revoked or expired
   */
  401: InferenceError;
  /**
   * The key has no right to this
   */
  403: InferenceError;
  /**
   * There is nothing of this name
   */
  404: InferenceError;
  /**
   * It is champion and stays loaded
   */
  409: InferenceError;
  /**
   * The quota does not allow it now; try again after `Retry-After` seconds
   */
  429: InferenceError;
  /**
   * Something went wrong on our side
   */
  500: InferenceError;
  /**
   * Temporarily unavailable; try again after `Retry-After` seconds
   */
  503: InferenceError;
  /**
   * It took longer than the client or the route allows
   */
  504: InferenceError;
};

export type RepositoryUnloadError = RepositoryUnloadErrors[keyof RepositoryUnloadErrors];

export type RepositoryUnloadResponses = {
  /**
   * The answer
   */
  200: ModelUnload;
};

export type RepositoryUnloadResponse = RepositoryUnloadResponses[keyof RepositoryUnloadResponses];
