const HOUR_MS = 3_600_000;

/** Start of the hour that holds an instant, both as ISO 8601 in UTC with milliseconds. */
export function hourOf(instant: string): string {
  const ms = Date.parse(instant);
  return new Date(ms - (ms % HOUR_MS)).toISOString();
}

/** Whether a text is an instant in exactly the form that is hashed. */
export function isInstant(text: string): boolean {
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).toISOString() === text;
}
