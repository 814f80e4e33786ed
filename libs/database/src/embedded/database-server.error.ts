/** Why the embedded PostgreSQL cannot run; the message is one sentence that says what to do. */
export type DatabaseServerFailure =
  | 'binaries_missing'
  | 'folder_closed'
  | 'folder_damaged'
  | 'wrong_version'
  | 'disk_full'
  | 'port_taken'
  | 'start_failed';

export class DatabaseServerError extends Error {
  override readonly name = 'DatabaseServerError';

  constructor(
    readonly reason: DatabaseServerFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
