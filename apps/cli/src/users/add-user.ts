import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AuditLog, AuditRepository, PasswordHasher, UserAdministration } from '@btcforecast/access';
import {
  CreateUserRequest,
  describeIssues,
  issueWords,
  type Role,
  type UserReply,
} from '@btcforecast/contracts';
import { Clock, createLogger, Metrics } from '@btcforecast/platform';
import { AppError } from '@btcforecast/platform/errors';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../data/list-gaps.js';

export interface AddUserOptions {
  readonly name: string;
  readonly role: Role[];
  readonly tenant: string;
  readonly passwordFile?: string;
  readonly json?: boolean;
}

const STDIN = 0;
/** 144 bits: nobody types it more than once. */
const PASSWORD_BYTES = 18;

/** `btcf users add` @throws AppError caller user.conflict, tenant.not_found, request.invalid, config.invalid */
export async function addUser(email: string, options: AddUserOptions): Promise<void> {
  const made =
    options.passwordFile === undefined ? randomBytes(PASSWORD_BYTES).toString('base64url') : undefined;
  const password = made ?? readPassword(options.passwordFile!);
  const user = checked({ email, name: options.name, roles: options.role, password });
  const dataSource = await openDatabase();
  try {
    show(await add(dataSource, options.tenant, user), made, options.json);
  } finally {
    await dataSource.destroy();
  }
}

/** As whoever adds one over the API: with an entry in the audit log. */
async function add(dataSource: DataSource, tenant: string, user: CreateUserRequest): Promise<UserReply> {
  const clock = new Clock();
  const logger = createLogger('btcf', { level: 'warn' });
  const metrics = new Metrics({ service: 'btcf', region: 'solo' });
  const audit = new AuditLog({ repository: new AuditRepository(dataSource), clock, logger, metrics });
  const passwords = new PasswordHasher();
  const users = new UserAdministration({ dataSource, passwords, clock, onChanged: () => undefined });
  const action = await audit.begin({ actor: { system: 'btcf' }, action: 'users:write btcf users add' });
  try {
    const added = await users.add({ ...user, tenant, instruments: null, horizons: null }, 'system btcf');
    action.note({ subject: added.id, detail: { tenant, roles: added.roles.join() } });
    action.end({ status: 201 });
    return added;
  } catch (error) {
    action.end({ status: 409, code: error instanceof AppError ? error.code : undefined });
    throw error;
  } finally {
    await audit.close();
  }
}

function show(user: UserReply, password: string | undefined, json = false): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...user, ...(password !== undefined && { password }) })}\n`);
    return;
  }
  process.stdout.write(`added ${user.email}, ${user.roles.join(', ')} of ${user.tenant}\n`);
  if (password !== undefined) process.stdout.write(`password, shown this once: ${password}\n`);
}

/** The same rules as over the API. */
function checked(user: object): CreateUserRequest {
  const { data, error } = CreateUserRequest.safeParse(user, { error: issueWords });
  if (data) return data;
  throw new AppError('caller', 'request.invalid', `the user cannot be added: ${describeIssues(error)}`);
}

/** The first line: editors end a file with one. */
function readPassword(file: string): string {
  try {
    return readFileSync(file === '-' ? STDIN : file, 'utf8').split(/\r?\n/)[0] ?? '';
  } catch (error) {
    const message = `the password cannot be read from ${file}: ${(error as Error).message}`;
    throw new AppError('caller', 'config.invalid', message, {}, { cause: error });
  }
}
