import type { Deliverer } from '../src/deliveries/deliverer.service.js';
import { askerOf, NotificationsBench } from './notifications-bench.js';
import { addForecast, HOUR_MS, openMarket, START } from './market-rows.js';
import { Receiver } from './receiver.js';

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * HOUR_MS;
export { HOUR_MS };

/** Events that happen, a receiver of them, and who delivers them. */
export class DeliveryBench {
  receiver!: Receiver;
  deliverer!: Deliverer;
  #hour = 0;

  private constructor(readonly all: NotificationsBench) {}

  static async open(): Promise<DeliveryBench> {
    const all = await NotificationsBench.open();
    await openMarket(all);
    await all.newCollector().collect();
    return new DeliveryBench(all);
  }

  /** For the next test: nobody listens, and nothing is queued. */
  async begin(): Promise<void> {
    await this.all.dataSource.query('DELETE FROM webhook_endpoints; DELETE FROM webhook_events');
    this.all.clock.set(Date.now());
    this.receiver = this.all.closing(await Receiver.open());
    this.deliverer = this.all.newDeliverer();
  }

  close(): Promise<void> {
    return this.all.close();
  }

  /** Something happens, and is queued. */
  async happen(times = 1): Promise<void> {
    for (let i = 0; i < times; i += 1) {
      this.#hour += 1;
      await addForecast(this.all.dataSource, START + this.#hour * HOUR_MS);
    }
    await this.all.newCollector().collect();
  }

  dueIds(): Promise<string[]> {
    const now = this.all.clock.now();
    return this.all.deliveries.dispatch(now, now - MINUTE_MS);
  }

  /** Delivers at once what is due; gives what came of it. */
  async deliverDue(): Promise<string[]> {
    const ids = await this.dueIds();
    const results = await Promise.all(ids.map((id) => this.deliverer.deliver(id)));
    return results.map(({ state }) => state);
  }

  async deliveriesOf(endpointId: string, tenant = 'acme') {
    return (await this.all.queries.list(askerOf(tenant), endpointId, { limit: 100 })).data;
  }

  async only(endpointId: string) {
    return (await this.deliveriesOf(endpointId))[0]!;
  }
}
