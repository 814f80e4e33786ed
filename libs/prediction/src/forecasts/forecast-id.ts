import { createHash } from 'node:crypto';

/** What a forecast is made from; its price, outputs, region and time of issue are deliberately not here. */
export interface ForecastIdentity {
  readonly instrument: string;
  readonly venue: string;
  /** Close time of the last visible candle, ms since the epoch. */
  readonly originAt: number;
  readonly horizonHours: number;
  readonly modelName: string;
  readonly modelVersion: number;
  /** Everything the model is given for this horizon, float64, shape [k]; finite. */
  readonly features: ArrayLike<number>;
}

/**
 * Identity of a forecast: SHA-256, 64 hexadecimal digits, of the UTF-8 bytes of
 *
 *     {"instrument":…,"venue":…,"origin":…,"horizonHours":…,"model":"name@version","features":"…"}
 *
 * in exactly this key order and without spaces, where `origin` is in ms since the epoch and `features` is the
 * concatenation of the doubles as 16 hexadecimal digits each, IEEE 754 big-endian. Negative zero is written
 * as zero, because a database round trip loses its sign.
 *
 * Whoever has the same data and the same model computes the same id, in any region and at any time: that is
 * how a forecast made twice is recognised as one, and how a past forecast is verified.
 *
 * @throws RangeError if a feature is not finite
 */
export function forecastId(identity: ForecastIdentity): string {
  const { instrument, venue, originAt, horizonHours, modelName, modelVersion, features } = identity;
  const canonical = JSON.stringify({
    instrument,
    venue,
    origin: originAt,
    horizonHours,
    model: `${modelName}@${modelVersion}`,
    features: hexOfDoubles(features),
  });
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}

function hexOfDoubles(values: ArrayLike<number>): string {
  const bytes = Buffer.alloc(values.length * 8);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!; // in range: i < length
    if (!Number.isFinite(value)) throw new RangeError(`feature ${i} is ${value}; features must be finite`);
    bytes.writeDoubleBE(value + 0, i * 8);
  }
  return bytes.toString('hex');
}
