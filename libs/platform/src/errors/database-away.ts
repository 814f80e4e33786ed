/**
 * SQLSTATE of what passes by itself. Classes: connection lost (08), a login that is being changed (28), out of resources
 * (53), shutdown or crash of the server (57). 25006, a transaction that only reads: the server was the primary, or is
 * about to be it; nothing of ours asks for such a transaction and then writes.
 */
const PASSING_STATE = /^((08|28|53|57)[0-9A-Z]{3}|25006)$/;
const SOCKET_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);
/** What pg says, without any code, when a connection ends under a query or none can be had in time. */
const LOST_CONNECTION = /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

/**
 * Whether an error of pg, bare or wrapped by TypeORM, means that the database is away for the moment, rather than
 * that the statement is wrong. Adapters of everything else translate their socket errors themselves.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { driverError } = error as { driverError?: unknown };
  if (driverError instanceof Error && driverError !== error) return isDatabaseAway(driverError);
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return PASSING_STATE.test(code) || SOCKET_ERRORS.has(code);
  return LOST_CONNECTION.test(error.message);
}
