import type { Exchanges, MarketData } from '@btcforecast/market-data';
import { AppError } from '@btcforecast/platform';

export interface ServedMarket {
  readonly instrument: string;
  readonly marketData: MarketData;
  readonly exchanges: Exchanges;
}

/** Market data of every instrument that is served; one instrument's trouble is none of the others'. */
export class ServedMarkets {
  /** @param all at least one */
  constructor(readonly all: readonly [ServedMarket, ...ServedMarket[]]) {}

  /** @throws AppError caller instrument.unknown */
  of(instrument: string): MarketData {
    const found = this.all.find((market) => market.instrument === instrument);
    if (found) return found.marketData;
    const message = `${instrument} is not traded here; GET /v1/instruments lists what is`;
    throw new AppError('caller', 'instrument.unknown', message, { instrument });
  }

  /** Any of them, for questions that concern no instrument. */
  get any(): MarketData {
    return this.all[0].marketData;
  }
}
