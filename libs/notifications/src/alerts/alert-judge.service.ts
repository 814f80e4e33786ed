import type { MarketFeed } from '@btcforecast/candle-reader';
import { AlertCondition } from '@btcforecast/contracts';
import { AlertRuleEntity, AlertStateEntity } from '@btcforecast/database';
import type { Clock, Logger } from '@btcforecast/platform';
import type { DataSource, EntityManager } from 'typeorm';
import { listMarkets } from '../markets.js';
import type { UsageReader, UsageStanding } from '../usage/usage.reader.js';
import { QUIET } from './alert-machine.js';
import { machineOf, rowOf } from './alert-state.js';
import type { AlertRepository, RuleWithState } from './alert.repository.js';
import type { Measured } from './judge-value.js';
import { newestOf, subjectOf } from './market-times.js';
import type { MarketCondition, MeasurementReader } from './measurement.reader.js';
import { type AlertFeed, recordTransition } from './record-transition.js';
import { runAlert } from './run-alert.js';

const MINUTE_MS = 60_000;

export interface AlertJudgeOptions {
  readonly dataSource: DataSource;
  readonly alerts: AlertRepository;
  readonly measurements: MeasurementReader;
  readonly usage: UsageReader;
  readonly feed: AlertFeed;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface JudgeResult {
  /** Rules of which something new was judged, and changes of state among them. */
  readonly judged: number;
  readonly changed: number;
}

/**
 * Judges every enabled rule by what is new for it, each candle, forecast or hour once and in the order of event time. How
 * far a rule has come stands in its state, which moves in the transaction that writes down what came of it.
 */
export class AlertJudge {
  readonly #options: AlertJudgeOptions;

  constructor(options: AlertJudgeOptions) {
    this.#options = options;
  }

  async judge(): Promise<JudgeResult> {
    const { alerts, feed } = this.#options;
    const rules = await alerts.listEnabled(feed.feed);
    if (rules.length === 0) return { judged: 0, changed: 0 };
    const look = await this.#look();
    let [judged, changed] = [0, 0];
    for (const each of rules) {
      const changes = await this.#judgeQuietly(each, look);
      if (changes === null) continue;
      judged += 1;
      changed += changes;
    }
    return { judged, changed };
  }

  async #look(): Promise<Look> {
    const { dataSource, clock, usage, feed } = this.#options;
    const nowMs = clock.now();
    const markets = await listMarkets(dataSource.manager, feed.feed);
    let shares: Promise<ReadonlyMap<string, number>> | undefined;
    return {
      nowMs,
      markets: new Map(markets.map((each) => [each.instrument, each])),
      newest: new Map(),
      shares: () => (shares ??= usage.listStandings(nowMs).then(sharesOf)),
    };
  }

  /** One rule that cannot be judged keeps no other from it. */
  async #judgeQuietly({ rule, state }: RuleWithState, look: Look): Promise<number | null> {
    try {
      const condition = AlertCondition.parse(rule.condition);
      const subject = await this.#subject(rule, condition, look);
      if (!subject || (state && state.judgedUntil.getTime() >= subject.until)) return null;
      const { until } = subject;
      // A rule that is new is judged by the newest there is, and by nothing that came before it.
      const after = state?.judgedUntil.getTime() ?? until - 1;
      return await this.#advance({ rule, condition, measured: await subject.read(after), after, until });
    } catch (error) {
      this.#options.logger.error({ rule: rule.id, err: error }, 'an alert rule could not be judged');
      return null;
    }
  }

  /** null: there is nothing to judge it by. */
  async #subject(
    { tenant }: AlertRuleEntity,
    condition: AlertCondition,
    look: Look,
  ): Promise<Subject | null> {
    if (condition.kind === 'usage') return usageSubject(tenant, look);
    const market = look.markets.get(condition.instrument);
    const until = market ? await this.#newest(condition, market, look) : null;
    if (!market || until === null) return null;
    const read = (after: number) => this.#options.measurements.read(condition, market, { after, until });
    return { until, read };
  }

  #newest(condition: MarketCondition, market: MarketFeed, { newest: known, nowMs }: Look) {
    const subject = subjectOf(condition);
    let newest = known.get(subject);
    if (!newest) {
      newest = newestOf(this.#options.dataSource, market, condition, nowMs);
      known.set(subject, newest);
    }
    return newest;
  }

  /** Changes of state; none when somebody else has judged or changed the rule meanwhile. */
  async #advance(advance: Advance): Promise<number> {
    const { rule, condition, measured, after, until } = advance;
    const { alerts, feed } = this.#options;
    return alerts.transaction(async (manager) => {
      if (!(await isUnchanged(manager, rule))) return 0;
      const stored = await manager.findOneBy(AlertStateEntity, { ruleId: rule.id, feed: feed.feed });
      if ((stored?.judgedUntil.getTime() ?? until - 1) !== after) return 0;
      const begin = stored ? machineOf(stored) : QUIET;
      const { machine, transitions } = runAlert(condition, rule, measured, begin);
      for (const transition of transitions) {
        await recordTransition(manager, rule, feed, transition, this.#options.clock.now());
      }
      const last = measured.at(-1);
      const value = last ? { value: last.value } : {};
      const state = {
        ruleId: rule.id,
        feed: feed.feed,
        ...rowOf(machine),
        judgedUntil: new Date(until),
        ...value,
      };
      await manager.upsert(AlertStateEntity, state, ['ruleId', 'feed']);
      return transitions.length;
    });
  }
}

async function isUnchanged(manager: EntityManager, { id, updatedAt }: AlertRuleEntity): Promise<boolean> {
  const current = await manager.findOne(AlertRuleEntity, {
    where: { id },
    lock: { mode: 'pessimistic_write' },
  });
  return current?.enabled === true && current.updatedAt.getTime() === updatedAt.getTime();
}

/** What is the same for all rules that are judged together. */
interface Look {
  readonly nowMs: number;
  readonly markets: ReadonlyMap<string, MarketFeed>;
  readonly newest: Map<string, Promise<number | null>>;
  /** Used shares of the quota of the day by tenant. */
  readonly shares: () => Promise<ReadonlyMap<string, number>>;
}

/** What a rule is judged by. */
interface Subject {
  /** Of the newest of it, ms: event time, or wall time for usage. */
  readonly until: number;
  readonly read: (after: number) => Promise<Measured[]>;
}

/** Once a minute, which is often enough for a day. A tenant without a quota has used nothing of it. */
function usageSubject(tenant: string, { nowMs, shares }: Look): Subject {
  const at = nowMs - (nowMs % MINUTE_MS);
  return { until: at, read: async () => [{ at, value: (await shares()).get(tenant) ?? 0 }] };
}

function sharesOf(standings: readonly UsageStanding[]): ReadonlyMap<string, number> {
  return new Map(standings.map(({ tenant, used, quota }) => [tenant, used / quota]));
}

interface Advance {
  readonly rule: AlertRuleEntity;
  readonly condition: AlertCondition;
  readonly measured: readonly Measured[];
  readonly after: number;
  readonly until: number;
}
