/** Entry of its own: who only runs the server does not load TypeORM. */
export { DatabaseServerError, type DatabaseServerFailure } from './embedded/database-server.error.js';
export { freePorts } from './embedded/free-ports.js';
export { findPostgresBinaries, type PostgresBinaries } from './embedded/postgres-binaries.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start-embedded-postgres.js';
