import type { WebhookData, WebhookEventType } from '@btcforecast/contracts';

type Texts = { readonly [T in WebhookEventType]: (data: WebhookData<T>) => string };

const USD = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const price = (value: number): string => USD.format(value);

const TEXTS: Texts = {
  'candle.closed': (c) =>
    `${c.instrument}: the ${c.interval} candle to ${c.closeTime} closed at ${price(c.close)}`,
  'forecast.issued': (f) =>
    `${f.instrument} ${f.horizon}: ${price(f.quantiles['0.05'])} to ${price(f.quantiles['0.95'])} with 90 %, ` +
    `median ${price(f.quantiles['0.5'])}, for ${f.target}`,
  'forecast.matured': (f) => {
    const { state, close, covered } = f.outcome;
    const subject = `${f.instrument} ${f.horizon} of ${f.origin}`;
    if (state === 'void' || close === null) return `${subject}: void, there was no candle at ${f.target}`;
    return `${subject}: came to ${price(close)}, ${covered?.['80'] ? 'inside' : 'outside'} the 80 % interval`;
  },
  'gap.opened': (g) =>
    `${g.instrument}: ${g.interval} candles of ${g.venue} are missing from ${g.from} to ${g.to}`,
  'gap.closed': (g) => `${g.instrument}: the gap from ${g.from} to ${g.to} of ${g.venue} is ${g.state}`,
  'drift.raised': (d) =>
    `${d.instrument}: drift of ${d.model}, test ${d.test}${d.horizon ? ` at ${d.horizon}` : ''}, from ${d.origin}`,
  'model.promoted': (m) =>
    `${m.instrument}: ${m.to ?? 'nobody'} is ${m.alias} from ${m.effectiveOrigin}, after ${m.from ?? 'nobody'}: ${m.reason}`,
  'backtest.finished': (b) => `backtest ${b.id} of ${b.instrument}: ${b.state}`,
  'alert.fired': (a) => `Alert ${a.rule.name}: ${a.text}`,
  'alert.resolved': (a) => `Over: ${a.rule.name}: ${a.text}`,
  'quota.warning': (q) =>
    `${Math.round(q.share * 100)} % of the quota of the day is used; it resets at ${q.resetsAt}`,
  'webhook.disabled': (w) => `Webhook endpoint ${w.url} was disabled: ${w.reason}`,
};

/** What an event says, as an incoming webhook of Slack takes it. */
export function slackBody(body: string): string {
  const { type, data } = JSON.parse(body) as { type: string; data: unknown };
  const text = Object.hasOwn(TEXTS, type)
    ? TEXTS[type as WebhookEventType](data as never)
    : 'This is a test of btcforecast.';
  return JSON.stringify({ text: escaped(text) });
}

/** Slack would take these for links and mentions. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
