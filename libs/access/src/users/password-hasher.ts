import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '@btcforecast/platform';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';

/** What a hash costs. Memory in bytes is 128 × 2^log2N × blockSize. */
export interface ScryptCost {
  readonly log2N: number;
  readonly blockSize: number;
  readonly parallelism: number;
}

/**
 * One of the equal settings that OWASP's Password Storage Cheat Sheet lists; of these it is the one that fits beside
 * everything else on a small machine: 32 MiB for each password that is being checked.
 */
export const PASSWORD_COST: ScryptCost = { log2N: 15, blockSize: 8, parallelism: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** So many at once, so that logins leave a thread to everything else, and so many more wait. */
const AT_ONCE = 2;
const WAITING = 30;
const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{10,})\$([\w+/]{20,})$/;

export interface PasswordVerdict {
  readonly matches: boolean;
  /** It matches, but was hashed at another cost than the present one: hash it anew. */
  readonly isOutdated: boolean;
}

interface StoredHash {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/**
 * Hashes passwords by scrypt (RFC 7914), each with a salt and with the cost it was made at beside it, in the form of
 * the Password Hashing Competition: `$scrypt$ln=15,r=8,p=3$salt$hash`.
 */
export class PasswordHasher {
  readonly #queue = bulkhead(AT_ONCE, WAITING);

  constructor(private readonly cost: ScryptCost = PASSWORD_COST) {}

  /** @throws AppError transient service.not_ready when too many wait */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#derive(password, salt, this.cost, HASH_BYTES);
    const { log2N, blockSize, parallelism } = this.cost;
    return `$scrypt$ln=${log2N},r=${blockSize},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
  }

  /**
   * Takes the same time whether or not there is a hash to compare with, so that nobody learns who has an account.
   *
   * @param stored as {@link hash} returned it; null: there is none
   * @throws AppError transient service.not_ready when too many wait
   */
  async verify(password: string, stored: string | null): Promise<PasswordVerdict> {
    const { cost, salt, hash } = stored === null ? this.#nobodys() : parse(stored);
    const found = await this.#derive(password, salt, cost, hash.length);
    const matches = timingSafeEqual(found, hash) && stored !== null;
    return { matches, isOutdated: matches && !isSame(cost, this.cost) };
  }

  #nobodys(): StoredHash {
    return { cost: this.cost, salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };
  }

  async #derive(password: string, salt: Buffer, cost: ScryptCost, bytes: number): Promise<Buffer> {
    try {
      return await this.#queue.execute(() => derive(password, salt, cost, bytes));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      const message = 'too many passwords are being checked at the moment; try again';
      throw new AppError('transient', 'service.not_ready', message, {}, { cause: error });
    }
  }
}

/** The same password typed on another keyboard may come in another form: NIST SP 800-63B-4, section 3.1.1.2. */
function derive(password: string, salt: Buffer, cost: ScryptCost, bytes: number): Promise<Buffer> {
  const { log2N, blockSize, parallelism } = cost;
  const N = 2 ** log2N;
  const options = { N, r: blockSize, p: parallelism, maxmem: 256 * N * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function parse(stored: string): StoredHash {
  const [, log2N, blockSize, parallelism, salt = '', hash = ''] = STORED.exec(stored) ?? [];
  if (hash === '') throw new AppError('bug', 'internal.bug', 'a stored password hash has an unknown form');
  return {
    cost: { log2N: Number(log2N), blockSize: Number(blockSize), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

function isSame(a: ScryptCost, b: ScryptCost): boolean {
  return a.log2N === b.log2N && a.blockSize === b.blockSize && a.parallelism === b.parallelism;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
