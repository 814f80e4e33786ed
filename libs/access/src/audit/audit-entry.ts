import { createHash } from 'node:crypto';
import type { AuditBody } from '@btcforecast/contracts';
import { canonicalJson, type JsonValue } from '@btcforecast/track-record';

export type AuditDetail = Readonly<AuditBody['detail']>;

/** The link of an entry in the chain: all that is shown of entries that are somebody else's. */
export interface AuditLink {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly digest: string;
  /** Hash of the link before, 64 zeros for the first. */
  readonly previous: string;
  readonly hash: string;
}

/** An entry as it is stored: its body is canonical JSON. */
export interface AuditEntry extends AuditLink {
  readonly body: string;
}

/** Stands where there is nothing before. */
export const NO_LINK = '0'.repeat(64);
const BODY_PREFIX = 'btcforecast/audit/body/1\n';
const LINK_PREFIX = 'btcforecast/audit/link/1\n';

/** The one text of a body. @see RFC 8785 */
export function bodyText(body: AuditBody): string {
  return canonicalJson(body as unknown as JsonValue);
}

/** SHA-256 of a body's text, 64 hexadecimal digits. */
export function bodyDigest(text: string): string {
  return sha256(BODY_PREFIX + text);
}

/** SHA-256 of the other fields of a link, in canonical JSON. */
export function linkHash({ seq, digest, previous }: Omit<AuditLink, 'hash'>): string {
  return sha256(LINK_PREFIX + canonicalJson({ seq, digest, previous }));
}

/** The entries that follow; `after` is the newest link so far, null for an empty chain. */
export function nextEntries(
  after: Pick<AuditLink, 'seq' | 'hash'> | null,
  bodies: readonly string[],
): AuditEntry[] {
  let { seq, hash } = after ?? { seq: 0, hash: NO_LINK };
  return bodies.map((body) => {
    const link = { seq: seq + 1, digest: bodyDigest(body), previous: hash };
    ({ seq } = link);
    hash = linkHash(link);
    return { ...link, hash, body };
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
