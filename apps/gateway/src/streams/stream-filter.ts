import type { Principal } from '@btcforecast/access';
import { type Permission, STREAM_TYPES, type StreamType } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import type { EventRow } from './record/recorded-event.js';

/** What a client asks for; what it leaves out, it wants all of. */
export interface StreamQuestion {
  readonly type?: readonly StreamType[] | undefined;
  readonly instrument?: readonly string[] | undefined;
  /** Of forecasts and outcomes. */
  readonly horizon?: readonly string[] | undefined;
  /** Of prices and gaps. */
  readonly interval?: readonly string[] | undefined;
}

const NEEDED: Readonly<Record<StreamType, Permission>> = {
  price: 'market:read',
  gap: 'market:read',
  forecast: 'forecasts:read',
  outcome: 'forecasts:read',
};

/** Which events a subscription gets: those that were asked for, and may be shown to whoever asks. */
export class StreamFilter {
  private constructor(
    private readonly types: ReadonlySet<StreamType>,
    private readonly instruments: ReadonlySet<string> | null,
    private readonly horizons: ReadonlySet<string> | null,
    private readonly intervals: ReadonlySet<string> | null,
  ) {}

  /**
   * @param markets instruments that there are; empty while that is not known
   * @throws AppError access.forbidden for what these credentials may not see, instrument.unknown for what there is not
   */
  static of(question: StreamQuestion, principal: Principal, markets: ReadonlySet<string>): StreamFilter {
    const { instrument, horizon, interval } = question;
    const unknown = instrument?.find((id) => markets.size > 0 && !markets.has(id));
    if (unknown !== undefined) {
      const message = `${unknown} is not traded here; GET /v1/instruments lists what is`;
      throw new AppError('caller', 'instrument.unknown', message, { instrument: unknown });
    }
    return new StreamFilter(
      typesOf(question, principal),
      narrowed('instrument', instrument, principal.instruments),
      narrowed('horizon', horizon, principal.horizons),
      interval ? new Set(interval) : null,
    );
  }

  matches({ type, instrument, horizon, interval }: EventRow): boolean {
    return (
      this.types.has(type) &&
      has(this.instruments, instrument) &&
      (horizon === null || has(this.horizons, horizon)) &&
      (interval === null || has(this.intervals, interval))
    );
  }
}

function has(allowed: ReadonlySet<string> | null, value: string): boolean {
  return allowed === null || allowed.has(value);
}

function typesOf({ type }: StreamQuestion, { permissions }: Principal): ReadonlySet<StreamType> {
  const mayNot = (one: StreamType): boolean => !permissions.has(NEEDED[one]);
  const refused = type?.find(mayNot) ?? (STREAM_TYPES.every(mayNot) ? 'forecast' : undefined);
  if (refused === undefined) return new Set((type ?? STREAM_TYPES).filter((one) => !mayNot(one)));
  throw new AppError(
    'caller',
    'access.forbidden',
    `events of the type ${refused} need the permission ${NEEDED[refused]}, which these credentials do not have`,
  );
}

/** What was asked for, else all that these credentials may see; null: no limit. */
function narrowed(
  what: string,
  asked: readonly string[] | undefined,
  allowed: readonly string[] | null,
): ReadonlySet<string> | null {
  if (asked === undefined) return allowed === null ? null : new Set(allowed);
  const refused = asked.find((value) => allowed !== null && !allowed.includes(value));
  if (refused === undefined) return new Set(asked);
  throw new AppError(
    'caller',
    'access.forbidden',
    `these credentials are limited to the ${what}s ${allowed?.join(', ')}; ${refused} is not among them`,
  );
}
