import { StreamEvent } from '@btcforecast/contracts';

const WIDTHS = [19, 8, 9, 4];

/** An event as people read it, on one line. @param text JSON as the API sends it */
export function eventLine(text: string): string {
  const read = StreamEvent.safeParse(JSON.parse(text));
  if (!read.success) return text; // of another version: better as it is than not at all
  const event = read.data;
  const of = 'horizon' in event ? event.horizon : event.interval;
  const columns = [second(event.at), event.type, event.instrument, of];
  return `${columns.map((column, i) => column.padEnd(WIDTHS[i]!)).join('  ')}  ${words(event)}`; // four of each
}

function words(event: StreamEvent): string {
  switch (event.type) {
    case 'price':
      return `close ${event.data.close} of ${minute(event.data.openTime)}, volume ${event.data.volume}`;
    case 'gap':
      return `${event.data.state}: ${minute(event.data.from)} to ${minute(event.data.to)}`;
    case 'forecast':
      return forecastWords(event.data);
    case 'outcome':
      return outcomeWords(event.data);
  }
}

type Forecast = Extract<StreamEvent, { type: 'forecast' }>['data'];
type Outcome = Extract<StreamEvent, { type: 'outcome' }>['data'];

function forecastWords({ target, quantiles, probabilityUp, model }: Forecast): string {
  const [low, middle, high] = ['0.1', '0.5', '0.9'].map(
    (level) => quantiles[level as keyof typeof quantiles],
  );
  const up = `up ${Math.round(probabilityUp * 100)} %`;
  return `for ${minute(target)}: ${middle}, 80 % within ${low} to ${high}, ${up}, ${model.name}@${model.version}`;
}

function outcomeWords({ target, outcome, quantiles }: Outcome): string {
  if (outcome?.state !== 'matured') return `for ${minute(target)}: ${outcome?.state ?? 'unknown'}`;
  const where = outcome.covered?.['80'] ? 'within' : 'outside';
  return `for ${minute(target)}: ${outcome.close}, ${where} the 80 % of ${quantiles['0.1']} to ${quantiles['0.9']}`;
}

function second(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}

function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
