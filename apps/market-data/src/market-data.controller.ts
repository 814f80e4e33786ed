import { marketDataRpc, type CandlesReply, type InstrumentsReply } from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import { Controller, Inject } from '@nestjs/common';
import type { MarketData } from '@btcforecast/market-data';
import type { z } from 'zod';
import { MARKET_DATA } from './tokens.js';

type Body<Name extends keyof typeof marketDataRpc> = z.output<(typeof marketDataRpc)[Name]['request']>;
type Reply<Name extends keyof typeof marketDataRpc> = Promise<z.input<(typeof marketDataRpc)[Name]['reply']>>;

/** Nobody waits longer: a gap is a few pages, a backfill may be years of minutes within the venue's rate limit. */
const REPAIR_MS = 60_000;
const BACKFILL_MS = 15 * 60_000;

@Controller()
export class MarketDataController {
  constructor(@Inject(MARKET_DATA) private readonly marketData: MarketData) {}

  @Rpc(marketDataRpc.listInstruments)
  listInstruments(_body: Body<'listInstruments'>): Promise<InstrumentsReply> {
    return this.marketData.instruments.list();
  }

  @Rpc(marketDataRpc.listCandles)
  listCandles(body: Body<'listCandles'>): Promise<CandlesReply> {
    return this.marketData.candles.list(body);
  }

  @Rpc(marketDataRpc.repairGap)
  repairGap({ gapId }: Body<'repairGap'>): Reply<'repairGap'> {
    return this.marketData.repair.repair(gapId, AbortSignal.timeout(REPAIR_MS));
  }

  @Rpc(marketDataRpc.backfill)
  backfill(body: Body<'backfill'>): Reply<'backfill'> {
    return this.marketData.backfill.run(body, AbortSignal.timeout(BACKFILL_MS));
  }
}
