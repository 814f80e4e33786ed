import { marketDataRpc, type CandlesReply, type InstrumentsReply } from '@btcforecast/contracts';
import { Rpc } from '@btcforecast/platform';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { ServedMarkets } from './served-markets.js';

type Body<Name extends keyof typeof marketDataRpc> = z.output<(typeof marketDataRpc)[Name]['request']>;
type Reply<Name extends keyof typeof marketDataRpc> = Promise<z.input<(typeof marketDataRpc)[Name]['reply']>>;

/** Nobody waits longer: a gap is a few pages, a backfill may be years of minutes within the venue's rate limit. */
const REPAIR_MS = 60_000;
const BACKFILL_MS = 15 * 60_000;

@Controller()
export class MarketDataController {
  constructor(private readonly markets: ServedMarkets) {}

  @Rpc(marketDataRpc.listInstruments)
  async listInstruments(_body: Body<'listInstruments'>): Promise<InstrumentsReply> {
    const replies = this.markets.all.map(({ marketData }) =>
      marketData.queries.read(({ instruments }) => instruments.list()),
    );
    const [first, ...others] = (await Promise.all(replies)) as [InstrumentsReply, ...InstrumentsReply[]];
    return { ...first, data: [first, ...others].flatMap(({ data }) => data) };
  }

  @Rpc(marketDataRpc.listCandles)
  async listCandles(body: Body<'listCandles'>): Promise<CandlesReply> {
    return this.markets.of(body.instrument).queries.read(({ candles }) => candles.list(body));
  }

  @Rpc(marketDataRpc.localView)
  async localView({ instrument, from }: Body<'localView'>): Reply<'localView'> {
    const { market, candles } = await this.markets.of(instrument).recent.view(from);
    return { market, candles: [...candles] }; // as the schema has it
  }

  @Rpc(marketDataRpc.repairGap)
  async repairGap({ gapId }: Body<'repairGap'>): Reply<'repairGap'> {
    const gap = await this.markets.any.gaps.ledger.find(gapId);
    const market = gap ? this.markets.of(gap.instrument) : this.markets.any; // which says that there is none
    return market.repair.repair(gapId, AbortSignal.timeout(REPAIR_MS));
  }

  @Rpc(marketDataRpc.backfill)
  async backfill(body: Body<'backfill'>): Reply<'backfill'> {
    return this.markets.of(body.instrument).backfill.run(body, AbortSignal.timeout(BACKFILL_MS));
  }
}
