import { MarketClockReader } from '@btcforecast/candle-reader';
import type { Alias } from '@btcforecast/contracts';
import { AppError, EventBus } from '@btcforecast/platform';
import { HOUR_MS } from '@btcforecast/timeseries';
import { Injectable } from '@nestjs/common';
import { ForecastRepository } from '../forecasts/forecast.repository.js';
import { ConfiguredChampion } from '../models/configured-champion.js';
import type { ModelReference } from '../models/model-files.js';
import { isSameModel, predecessorOf, referenceText, type AliasMove } from './alias-move.js';
import { AliasRepository, type NewAliasMove } from './alias.repository.js';
import { PromotionRules } from './promotion-rules.js';

export interface MoveRequest {
  readonly feed: string;
  readonly instrument: string;
  /** A policy, or a key by its id. */
  readonly actor: string;
  /** Kept for ever. */
  readonly reason: string;
  /** The evaluation that the move rests on. */
  readonly evaluationId?: string | null;
}

export interface ModelMoveRequest extends MoveRequest, ModelReference {}

export interface PromotionRequest extends ModelMoveRequest {
  readonly alias: 'champion' | 'challenger';
  /** Promote without shadow evidence; never past a failed technical check. */
  readonly override?: boolean;
}

export interface ClearRequest extends MoveRequest {
  readonly alias: 'challenger' | 'canary';
  /** Who holds it according to whoever decided; the move is refused when that has changed. */
  readonly expected: ModelReference;
}

/** Who holds, or is about to hold, each alias. */
export interface AliasHolders {
  readonly champion: ModelReference;
  readonly challenger: ModelReference | null;
  readonly canary: ModelReference | null;
}

/** From event time now to the first origin of a move: so far ahead that all regions have heard of it by then. */
const CANDLES_AHEAD = 2;

/** Moves aliases, each move with the evidence that it needs, and tells of it. */
@Injectable()
export class AliasService {
  constructor(
    private readonly aliases: AliasRepository,
    private readonly rules: PromotionRules,
    private readonly configured: ConfiguredChampion,
    private readonly forecasts: ForecastRepository,
    private readonly clock: MarketClockReader,
    private readonly events: EventBus,
  ) {}

  /** Who holds each alias once all moves so far have taken effect. */
  async holders(feed: string, instrument: string): Promise<AliasHolders> {
    const [champion, challenger, canary] = await Promise.all([
      this.aliases.newest(feed, instrument, 'champion'),
      this.aliases.newest(feed, instrument, 'challenger'),
      this.aliases.newest(feed, instrument, 'canary'),
    ]);
    return {
      champion: champion?.to ?? (await this.configured.of(instrument)),
      challenger: challenger?.to ?? null,
      canary: canary?.to ?? null,
    };
  }

  /**
   * Makes a version champion or challenger. A new champion's predecessor becomes challenger: the two go on making
   * forecasts for the same origins, which is what a rollback is judged by; a canary ends.
   *
   * @throws AppError caller model.not_found; model.refused when the evidence is missing; model.conflict when it is
   *   champion already, or somebody else moved the alias meanwhile; transient market.clock_unknown
   */
  async promote(request: PromotionRequest): Promise<AliasMove> {
    const { alias, override = false, name, version } = request;
    const holders = await this.holders(request.feed, request.instrument);
    const model = { name, version };
    if (isSameModel(holders.champion, model)) throw this.#already(request, 'champion');
    if (isSameModel(holders[alias], model)) throw this.#already(request, alias);
    const evaluationId = await this.rules.evidenceFor(request, { alias, override });
    const main = { alias, expectedFrom: holders[alias], to: model };
    const others =
      alias === 'champion'
        ? [{ alias: 'challenger' as const, expectedFrom: holders.challenger, to: holders.champion }]
        : [];
    return this.#apply({ ...request, evaluationId: request.evaluationId ?? evaluationId }, [
      main,
      ...others,
      ...endOf(holders.canary),
    ]);
  }

  /**
   * Gives the alias champion back to the predecessor of the version named, which must be champion now.
   *
   * @throws AppError caller model.conflict when it is not, or has no predecessor
   */
  async rollBack(request: ModelMoveRequest): Promise<AliasMove> {
    const { feed, instrument, name, version } = request;
    const holders = await this.holders(feed, instrument);
    const bad = { name, version };
    if (!isSameModel(holders.champion, bad)) {
      throw conflict(
        request,
        `${referenceText(bad)} is not champion of ${instrument}, ${referenceText(holders.champion)} is; nothing to roll back`,
      );
    }
    const predecessor = predecessorOf(await this.aliases.listOf(feed, instrument, 'champion'));
    if (!predecessor) {
      throw conflict(
        request,
        `${referenceText(bad)} has no predecessor as champion of ${instrument}; promote another version instead`,
      );
    }
    const main = { alias: 'champion' as const, expectedFrom: bad, to: predecessor };
    // A champion is not its own challenger.
    const challenger = isSameModel(holders.challenger, predecessor)
      ? [{ alias: 'challenger' as const, expectedFrom: predecessor, to: null }]
      : [];
    return this.#apply(request, [main, ...challenger, ...endOf(holders.canary)]);
  }

  /**
   * Lets the challenger answer a share of the requests.
   *
   * @param request share: of requests, > 0 and at most 1
   * @throws AppError caller model.conflict when the version is not challenger, or is canary already
   */
  async startCanary(request: ModelMoveRequest & { readonly share: number }): Promise<AliasMove> {
    const { feed, instrument, name, version, share } = request;
    if (!(share > 0 && share <= 1)) throw new RangeError(`a share is above 0 and at most 1, not ${share}`);
    const { challenger, canary } = await this.holders(feed, instrument);
    const model = { name, version };
    if (isSameModel(canary, model)) throw this.#already(request, 'canary');
    if (!isSameModel(challenger, model)) {
      throw conflict(
        request,
        `only the challenger can answer a share of requests, and ${referenceText(challenger)} is; promote ` +
          `${referenceText(model)} to challenger first`,
      );
    }
    return this.#apply(request, [{ alias: 'canary', expectedFrom: canary, to: model, share }]);
  }

  /**
   * Takes an alias away; without a challenger there is no canary either.
   *
   * @throws AppError caller model.conflict when another holds it, or nobody
   */
  async clear(request: ClearRequest): Promise<AliasMove> {
    const { feed, instrument, alias, expected } = request;
    const holders = await this.holders(feed, instrument);
    if (!isSameModel(holders[alias], expected)) {
      throw conflict(
        request,
        `the alias ${alias} of ${instrument} is held by ${referenceText(holders[alias])}, not by ${referenceText(expected)}`,
      );
    }
    const canary = alias === 'challenger' ? endOf(holders.canary) : [];
    return this.#apply(request, [{ alias, expectedFrom: expected, to: null }, ...canary]);
  }

  /** Records the moves together, for one origin, and tells of them. Returns the first. */
  async #apply(request: MoveRequest, moves: readonly Move[]): Promise<AliasMove> {
    const { feed, instrument, actor, reason, evaluationId = null } = request;
    const movedAt = await this.clock.now(feed, instrument);
    const effectiveOrigin = await this.#effectiveOrigin(feed, instrument, movedAt);
    const shared = { feed, instrument, actor, reason, evaluationId, movedAt, effectiveOrigin, share: null };
    const recorded = await this.aliases.moveAll(moves.map((move) => ({ ...shared, ...move })));
    for (const { alias, to } of recorded) {
      const model = to && referenceText(to);
      await this.events.publish('model.promoted', { feed, instrument, alias, model, effectiveOrigin });
    }
    return recorded[0]!; // at least one move was asked for
  }

  /** Two candles ahead of event time, after all origins that have been answered, never before an earlier move. */
  async #effectiveOrigin(feed: string, instrument: string, now: number): Promise<number> {
    const [issued, moved] = await Promise.all([
      this.forecasts.findNewestOrigin(feed, instrument),
      this.aliases.findNewestOrigin(feed, instrument),
    ]);
    const ahead = (Math.floor(now / HOUR_MS) + CANDLES_AHEAD) * HOUR_MS;
    return Math.max(ahead, issued === null ? 0 : issued + HOUR_MS, moved ?? 0);
  }

  #already({ instrument, ...model }: ModelMoveRequest, alias: Alias): AppError {
    return conflict({ instrument }, `${referenceText(model)} is ${alias} of ${instrument} already`);
  }
}

type Move = Pick<NewAliasMove, 'alias' | 'expectedFrom' | 'to'> & { readonly share?: number };

function endOf(canary: ModelReference | null): Move[] {
  return canary ? [{ alias: 'canary', expectedFrom: canary, to: null }] : [];
}

function conflict({ instrument }: { readonly instrument: string }, message: string): AppError {
  return new AppError('caller', 'model.conflict', message, { instrument });
}
