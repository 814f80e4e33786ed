import { marketDataRpc } from '@btcforecast/contracts';
import type { Clock, RpcClient } from '@btcforecast/platform';
import type { z } from 'zod';

type LocalView = z.output<typeof marketDataRpc.localView.reply>;

/** One look of a forecast asks several times. */
const FRESH_MS = 1_000;

interface Asked {
  readonly from: number | undefined;
  readonly at: number;
  readonly view: Promise<LocalView>;
}

/** What market-data of this region sees of a market, stored or not. */
export class LocalMarket {
  /** By instrument, and whether hours were asked for. */
  readonly #asked = new Map<string, Asked>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {}

  /**
   * @param from open time of the first hour that is wanted, ms; absent: only the market is
   * @throws AppError transient rpc.unavailable, rpc.deadline_exceeded; as market-data answers
   */
  async view(instrument: string, from?: number): Promise<LocalView> {
    const key = `${instrument} ${from === undefined ? 'market' : 'hours'}`;
    const known = this.#asked.get(key);
    const now = this.clock.now();
    if (known && known.from === from && now - known.at < FRESH_MS) return known.view;
    const view = this.rpc.call(marketDataRpc.localView, { instrument, ...(from !== undefined && { from }) });
    const asked = { from, at: now, view };
    this.#asked.set(key, asked);
    view.catch(() => this.#asked.get(key) === asked && this.#asked.delete(key));
    return view;
  }
}
