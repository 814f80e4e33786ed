import type { MarketFeed } from '@btcforecast/candle-reader';
import { AlertCondition } from '@btcforecast/contracts';
import { AlertRuleEntity, AlertStateEntity } from '@btcforecast/database';
import type { Clock, Logger } from '@btcforecast/platform';
import type { DataSource, EntityManager } from 'typeorm';
import { listMarkets } from '../markets.js';
import { QUIET } from './alert-machine.js';
import { machineOf, rowOf } from './alert-state.js';
import type { AlertRepository, RuleWithState } from './alert.repository.js';
import type { Measured } from './judge-value.js';
import { newestOf, subjectOf } from './market-times.js';
import type { MarketCondition, MeasurementReader } from './measurement.reader.js';
import { type AlertFeed, recordTransition } from './record-transition.js';
import { runAlert } from './run-alert.js';

export interface AlertJudgeOptions {
  readonly dataSource: DataSource;
  readonly alerts: AlertRepository;
  readonly measurements: MeasurementReader;
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
    const { dataSource, alerts, feed } = this.#options;
    const rules = await alerts.listEnabled(feed.feed);
    const markets = new Map(
      (await listMarkets(dataSource.manager, feed.feed)).map((each) => [each.instrument, each]),
    );
    const newest = new Map<string, Promise<number | null>>();
    let [judged, changed] = [0, 0];
    for (const each of rules) {
      const changes = await this.#judgeQuietly(each, markets, newest);
      if (changes === null) continue;
      judged += 1;
      changed += changes;
    }
    return { judged, changed };
  }

  /** One rule that cannot be judged keeps no other from it. */
  async #judgeQuietly(
    each: RuleWithState,
    markets: ReadonlyMap<string, MarketFeed>,
    newest: Map<string, Promise<number | null>>,
  ): Promise<number | null> {
    try {
      const condition = AlertCondition.parse(each.rule.condition);
      const market = 'instrument' in condition ? markets.get(condition.instrument) : undefined;
      if (condition.kind === 'usage' || !market) return null;
      const until = await this.#newest(condition, market, newest);
      if (until === null || (each.state && each.state.judgedUntil.getTime() >= until)) return null;
      return await this.#judgeRule(each, condition, market, until);
    } catch (error) {
      this.#options.logger.error({ rule: each.rule.id, err: error }, 'an alert rule could not be judged');
      return null;
    }
  }

  #newest(condition: MarketCondition, market: MarketFeed, known: Map<string, Promise<number | null>>) {
    const subject = subjectOf(condition);
    let newest = known.get(subject);
    if (!newest) {
      newest = newestOf(this.#options.dataSource, market, condition, this.#options.clock.now());
      known.set(subject, newest);
    }
    return newest;
  }

  /** A rule that is new is judged by the newest there is, and by nothing that came before it. */
  async #judgeRule(
    { rule, state }: RuleWithState,
    condition: MarketCondition,
    market: MarketFeed,
    until: number,
  ): Promise<number> {
    const after = state?.judgedUntil.getTime() ?? until - 1;
    const measured = await this.#options.measurements.read(condition, market, { after, until });
    return this.#advance({ rule, condition, measured, after, until });
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

interface Advance {
  readonly rule: AlertRuleEntity;
  readonly condition: MarketCondition;
  readonly measured: readonly Measured[];
  readonly after: number;
  readonly until: number;
}
