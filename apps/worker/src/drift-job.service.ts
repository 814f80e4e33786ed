import { LOGGER, type Logger } from '@btcforecast/platform';
import { DriftWatch } from '@btcforecast/prediction';
import { Inject, Injectable } from '@nestjs/common';
import { DriftMetrics } from './drift.metrics.js';

/** A look at drift, with its gauges. */
@Injectable()
export class DriftJob {
  constructor(
    private readonly watch: DriftWatch,
    private readonly metrics: DriftMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(feed: string, instrument: string): Promise<{ model: string | null; raised: readonly string[] }> {
    const { findings, model, raised } = await this.watch.watch(feed, instrument);
    this.metrics.show(instrument, findings);
    if (raised.length > 0) this.logger.warn({ feed, instrument, model, raised }, 'drift raised');
    return { model, raised };
  }
}
