import { CandleGapEntity } from '@btcforecast/database';
import { AppError, ENV } from '@btcforecast/platform';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { WorkerEnv } from './worker.env.js';

const TIMEOUT_MS = 10_000;
const TOO_MANY_REQUESTS = 429;

export interface Announcement {
  readonly state: 'sent' | 'not_configured' | 'nothing_to_tell';
}

/**
 * Tells the operator about a gap that could not be repaired, through an incoming webhook that takes `{text}`.
 * A message may arrive twice when the process dies right after sending; it names the gap, so that shows.
 */
@Injectable()
export class GapAnnouncer {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(ENV) private readonly env: Pick<WorkerEnv, 'OPERATOR_WEBHOOK_URL'>,
  ) {}

  /**
   * @returns `nothing_to_tell` when the gap is unknown or has been repaired meanwhile
   * @throws AppError transient notification.undeliverable when trying again may help, caller when it cannot
   */
  async announce(gapId: string): Promise<Announcement> {
    const url = this.env.OPERATOR_WEBHOOK_URL;
    if (!url) return { state: 'not_configured' };
    const gap = /^\d{1,18}$/.test(gapId)
      ? await this.dataSource.getRepository(CandleGapEntity).findOneBy({ id: gapId })
      : null;
    if (!gap || gap.state === 'repaired') return { state: 'nothing_to_tell' };
    await post(url, { text: gapText(gap) });
    return { state: 'sent' };
  }
}

function gapText(gap: CandleGapEntity): string {
  const range = `${gap.fromTime.toISOString()} to ${gap.toTime.toISOString()}`;
  const why = gap.lastError ? ` Last answer: ${gap.lastError}.` : '';
  return (
    `btcforecast: ${gap.interval} candles of ${gap.instrument} at ${gap.venue} are missing from ${range} ` +
    `(gap ${gap.id}, ${gap.state}, ${gap.attempts} attempts).${why}`
  );
}

async function post(url: string, body: object): Promise<void> {
  const response = await send(url, body);
  // Read to the end: an unread body keeps the connection from being used again.
  await response.arrayBuffer().catch(() => undefined);
  if (response.ok) return;
  const retry = response.status >= 500 || response.status === TOO_MANY_REQUESTS;
  throw new AppError(
    retry ? 'transient' : 'caller',
    'notification.undeliverable',
    `the operator webhook answered ${response.status}; check OPERATOR_WEBHOOK_URL`,
    { status: response.status },
  );
}

async function send(url: string, body: object): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'transient',
      'notification.undeliverable',
      `the operator webhook could not be reached: ${reason}`,
      {},
      { cause: error },
    );
  }
}
