import { MarketClockReader, MarketFeedReader } from '@btcforecast/candle-reader';
import type { EvaluationKind } from '@btcforecast/contracts';
import { ForecastRepository } from '../src/forecasts/forecast.repository.js';
import { ChampionSettings } from '../src/models/champion-settings.js';
import { ConfiguredChampion } from '../src/models/configured-champion.js';
import type { ModelReference } from '../src/models/model-files.js';
import { ModelVersionRepository } from '../src/models/model-version.repository.js';
import { AliasRepository } from '../src/registry/alias.repository.js';
import { AliasService } from '../src/registry/alias.service.js';
import { ModelEvaluationRepository } from '../src/registry/model-evaluation.repository.js';
import { PromotionRules } from '../src/registry/promotion-rules.js';
import { INSTRUMENT, type TestMarket } from './market.js';

/** Aliases of a feed over a test market. */
export function openAliases(market: TestMarket, settings = new ChampionSettings('har@1')) {
  const { dataSource, clock, events } = market;
  const versions = new ModelVersionRepository(dataSource);
  const aliases = new AliasRepository(dataSource);
  const evaluations = new ModelEvaluationRepository(dataSource);
  const service = new AliasService(
    aliases,
    new PromotionRules(versions, evaluations),
    new ConfiguredChampion(settings, versions),
    new ForecastRepository(dataSource),
    new MarketClockReader(new MarketFeedReader(dataSource), clock),
    events,
  );
  /** Records an evaluation of a version on a feed; returns its number. */
  const evaluate = (
    { name, version }: ModelReference,
    kind: EvaluationKind,
    { feed, verdict = 'passed' }: { feed: string | null; verdict?: 'passed' | 'refused' },
  ) =>
    evaluations.record({
      feed,
      instrument: feed && INSTRUMENT,
      modelName: name,
      modelVersion: version,
      onnxSha256: '0'.repeat(64),
      kind,
      verdict,
      checks: [{ name: 'coverage', passed: verdict === 'passed', detail: '71 % of 200' }],
      evidence: {},
      decidedAt: clock.now(),
    });
  return { versions, aliases, evaluations, service, evaluate };
}
