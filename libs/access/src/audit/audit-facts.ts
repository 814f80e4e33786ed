import { randomUUID } from 'node:crypto';
import type { AuditBody, AuditOutcome } from '@btcforecast/contracts';
import { actorName, type Principal } from '../principal.js';
import { type AuditDetail, bodyText } from './audit-entry.js';
import { plainText } from './plain-text.js';

/** Whoever did it: somebody with credentials, nobody known, or a part of the system itself, by its name. */
export type AuditActor = Principal | 'anonymous' | { readonly system: string };

/** What is known of an action when it begins. */
export interface AuditFacts {
  readonly actor: AuditActor;
  /** Permission and route, e.g. `models:load gRPC RepositoryModelLoad`; from a closed set. */
  readonly action: string;
  readonly subject?: string | null;
  readonly address?: string | null;
  readonly userAgent?: string | null;
  readonly requestId?: string | null;
}

/** What a service adds to the entry of its request. No secret may be in it. */
export interface AuditNotes {
  /** What the action was done to, where the path does not say it: the id of what was made. */
  readonly subject?: string;
  readonly detail?: AuditDetail;
  /** Of a route that is reached without credentials: who it turned out to be. */
  readonly actor?: Principal;
}

/** How an action ended. */
export interface AuditEnd {
  readonly status: number;
  /** Code of the problem, if it failed. */
  readonly code?: string | undefined;
}

const MAX_TEXT = 200;
const MAX_ACTION = 300;
const MAX_USER_AGENT = 120;
const MAX_DETAILS = 20;
/** Whoever was asked may be at it still. */
const TIME_IS_OVER = 504;
const REFUSALS = new Set([401, 403, 429]);

/** The body of an entry about an action that has begun. */
export function begun(facts: AuditFacts, nowMs: number): AuditBody {
  const { action, subject, address, userAgent, requestId } = facts;
  const short = (text: string | null | undefined, max = MAX_TEXT) => (text ? plainText(text, max) : null);
  return {
    id: randomUUID(),
    at: new Date(nowMs).toISOString(),
    ...actorFields(facts.actor),
    action: plainText(action, MAX_ACTION),
    subject: short(subject),
    address: short(address),
    userAgent: short(userAgent, MAX_USER_AGENT),
    requestId: short(requestId),
    outcome: 'unknown',
    status: null,
    code: null,
    count: 1,
    detail: {},
  };
}

export function withNotes(body: AuditBody, { subject, detail, actor }: AuditNotes): AuditBody {
  return {
    ...body,
    ...(actor && actorFields(actor)),
    ...(subject !== undefined && { subject: plainText(subject, MAX_TEXT) }),
    detail: { ...body.detail, ...(detail && plainDetail(detail)) },
  };
}

/** The text of the entry, now that it is known what became of the action. */
export function endedText(body: AuditBody, { status, code }: AuditEnd): string {
  return bodyText({ ...body, outcome: outcomeOf(status), status, code: code ?? null });
}

function outcomeOf(status: number): AuditOutcome {
  if (status === TIME_IS_OVER) return 'unknown';
  if (REFUSALS.has(status)) return 'refused';
  return status < 400 ? 'done' : 'failed';
}

function actorFields(actor: AuditActor): Pick<AuditBody, 'tenant' | 'kind' | 'actor'> {
  if (actor === 'anonymous') return { tenant: null, kind: 'anonymous', actor: 'anonymous' };
  if ('system' in actor) return { tenant: null, kind: 'system', actor: `system ${actor.system}` };
  return { tenant: actor.tenant, kind: actor.kind, actor: actorName(actor) };
}

function plainDetail(detail: AuditDetail): AuditDetail {
  const members = Object.entries(detail).slice(0, MAX_DETAILS);
  return Object.fromEntries(members.map(([name, value]) => [plainText(name, MAX_TEXT), plainValue(value)]));
}

function plainValue(value: AuditDetail[string]): AuditDetail[string] {
  if (typeof value === 'string') return plainText(value, MAX_TEXT);
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
