/** What a request may be at most. A route may take larger bodies (`bodyLimit` in its configuration). */
export const LIMITS = {
  bodyBytes: 16 * 1024,
  /** Address and headers together; Node answers more with 431. */
  headerBytes: 8 * 1024,
  urlChars: 4_096,
  /** Of one part of the path. */
  paramChars: 100,
  /** A client that sends its request more slowly than this is cut off: head and body. */
  arrivalMs: 10_000,
  /** How often Node looks for those. */
  arrivalCheckMs: 1_000,
} as const;
export type HttpLimits = Readonly<Record<keyof typeof LIMITS, number>>;
