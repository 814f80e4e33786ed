import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError, type Clock, type Logger, type SecretBox } from '@btcforecast/platform';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { KeyPurpose, ServerKeyRepository, ServerKeyRow } from './server-key.repository.js';

export interface ServerKeysDependencies {
  readonly repository: ServerKeyRepository;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A key that may sign now. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

interface LoadedKey {
  readonly row: ServerKeyRow;
  readonly publicKey: KeyObject;
  /** Opened when it is first needed. */
  privateKey: KeyObject | undefined;
}

const DAY_MS = 86_400_000;
const PERIOD_MS = 30 * DAY_MS;
/** How long a key is published before it signs: longer than anybody may keep a copy of the published keys. */
const LEAD_MS = 3_600_000;
/** How long it stays published afterwards: longer than what it signed last counts. */
const TRAIL_MS = 3_600_000;
/** Clocks of gateways may differ by this; so long the private part of a key that signs no more is kept. */
const SKEW_MS = 60_000;
const REFRESH_MS = 10_000;
/** Whoever makes up key ids must not make us ask the database each time. */
const SOONEST_REREAD_MS = 1_000;
const PURPOSES: readonly KeyPurpose[] = ['tokens', 'responses'];
const generate = promisify(generateKeyPair);

/**
 * The ed25519 keys by which all gateways sign access tokens and replies. Each signs for thirty days, is published an
 * hour before and until an hour after that, and the next one takes over by itself.
 */
export class ServerKeys {
  #keys = new Map<string, LoadedKey>();
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly deps: ServerKeysDependencies) {}

  /** Reads the keys, makes the first ones if there are none, and goes on reading in the background. */
  async start(): Promise<void> {
    this.#timer ??= setInterval(() => void this.refresh(), REFRESH_MS).unref();
    await this.refresh();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#refreshing;
  }

  /** The published keys of one purpose as JWKs with `kid`, `alg` and `use`, RFC 7517. */
  published(purpose: KeyPurpose): JWK[] {
    const now = this.deps.clock.now();
    return [...this.#keys.values()]
      .filter(({ row }) => row.purpose === purpose && row.publishedUntil.getTime() > now)
      .map(({ row }) => ({ ...row.publicJwk, kid: row.id, alg: 'EdDSA', use: 'sig' }) as JWK);
  }

  /** The public key that this id names, if it is published for this purpose. */
  find(id: string, purpose: KeyPurpose): KeyObject | undefined {
    const key = this.#keys.get(id);
    if (key?.row.purpose !== purpose || key.row.publishedUntil.getTime() <= this.deps.clock.now()) {
      return undefined;
    }
    return key.publicKey;
  }

  /** As {@link find}, but a key that another gateway has just made is found too. */
  async findOrRead(id: string, purpose: KeyPurpose): Promise<KeyObject | undefined> {
    const known = this.find(id, purpose);
    if (known || this.deps.clock.now() - this.#readAt < SOONEST_REREAD_MS) return known;
    await this.refresh();
    return this.find(id, purpose);
  }

  /**
   * The key that signs now.
   *
   * @throws AppError transient service.not_ready when there is none that can be used
   */
  signing(purpose: KeyPurpose): SigningKey {
    const now = this.deps.clock.now();
    const key = [...this.#keys.values()].findLast(
      ({ row }) =>
        row.purpose === purpose && row.signsFrom.getTime() <= now && row.signsUntil.getTime() > now,
    );
    if (!key) throw new AppError('transient', 'service.not_ready', 'there is no signing key yet; try again');
    key.privateKey ??= this.#open(key.row);
    return { id: key.row.id, privateKey: key.privateKey };
  }

  /** Makes the keys that are due and reads all of them. Never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { repository, clock, logger } = this.deps;
    try {
      this.#readAt = clock.now();
      const rows = await repository.list();
      this.#load(rows);
      if (!isWorkLeft(rows, clock.now())) return;
      await this.#rotate();
      this.#load(await repository.list());
    } catch (error) {
      logger.warn({ err: error }, 'signing keys could not be read or made; those in memory go on counting');
    }
  }

  #load(rows: readonly ServerKeyRow[]): void {
    const before = this.#keys;
    this.#keys = new Map(rows.map((row) => [row.id, loaded(row, before.get(row.id))]));
  }

  async #rotate(): Promise<void> {
    const now = this.deps.clock.now();
    const addDue = async (rows: ServerKeyRow[]): Promise<ServerKeyRow[]> => {
      const due = PURPOSES.filter((purpose) => isDue(rows, purpose, now));
      return Promise.all(due.map((purpose) => this.#next(rows, purpose, now)));
    };
    await this.deps.repository.rotate(addDue, new Date(now), new Date(now - SKEW_MS));
  }

  async #next(rows: readonly ServerKeyRow[], purpose: KeyPurpose, now: number): Promise<ServerKeyRow> {
    const { publicKey, privateKey } = await generate('ed25519');
    const publicJwk = publicKey.export({ format: 'jwk' }) as Record<string, string>;
    const id = await calculateJwkThumbprint(publicJwk as JWK);
    const from = Math.max(now, lastEnd(rows, purpose));
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
    this.deps.logger.info({ keyId: id, purpose, signsFrom: new Date(from) }, 'signing key made');
    return {
      id,
      purpose,
      publicJwk,
      sealedPrivateKey: this.deps.secrets.seal(pkcs8, about(id)),
      createdAt: new Date(now),
      signsFrom: new Date(from),
      signsUntil: new Date(from + PERIOD_MS),
      publishedUntil: new Date(from + PERIOD_MS + TRAIL_MS),
    };
  }

  #open({ id, sealedPrivateKey }: ServerKeyRow): KeyObject {
    if (!sealedPrivateKey) throw new AppError('bug', 'internal.bug', `the signing key ${id} has lost itself`);
    const key = this.deps.secrets.open(sealedPrivateKey, about(id));
    return createPrivateKey({ key, type: 'pkcs8', format: 'der' });
  }
}

function isWorkLeft(rows: readonly ServerKeyRow[], now: number): boolean {
  const isStale = ({ sealedPrivateKey, signsUntil, publishedUntil }: ServerKeyRow): boolean =>
    (sealedPrivateKey !== null && signsUntil.getTime() < now - SKEW_MS) || publishedUntil.getTime() <= now;
  return rows.some(isStale) || PURPOSES.some((purpose) => isDue(rows, purpose, now));
}

/** Whether the next key has to be published: an hour before the last one ends. */
function isDue(rows: readonly ServerKeyRow[], purpose: KeyPurpose, now: number): boolean {
  return lastEnd(rows, purpose) - LEAD_MS <= now;
}

function lastEnd(rows: readonly ServerKeyRow[], purpose: KeyPurpose): number {
  const ends = rows.filter((row) => row.purpose === purpose).map((row) => row.signsUntil.getTime());
  return Math.max(0, ...ends);
}

function about(id: string): string {
  return `server signing key ${id}`;
}

function loaded(row: ServerKeyRow, before: LoadedKey | undefined): LoadedKey {
  if (before) return { ...before, row };
  return { row, publicKey: createPublicKey({ key: row.publicJwk, format: 'jwk' }), privateKey: undefined };
}
