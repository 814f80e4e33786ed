import { HAR_LEVELS } from '@btcforecast/training';
import { area, line } from 'd3-shape';
import { panel, px, type Axis } from './panel.js';
import { PIT_BINS, type Fan, type HorizonPicture } from './report-data.js';

const SHARES: Axis = { from: 0, to: 1, label: (value) => value.toFixed(1) };
/** Pairs of levels, outermost first, that a fan shades. */
const BANDS = [0, 1, 2].map((l) => [l, HAR_LEVELS.length - 1 - l] as const);
const MEDIAN = HAR_LEVELS.indexOf(0.5);

/** Observed share at or below each quantile against its level: on the diagonal when calibrated. */
export function reliabilityDiagram({ horizonHours, reliability }: HorizonPicture): string {
  return panel(`${horizonHours} h: observed share by level`, SHARES, SHARES, (x, y) => {
    const path = line<{ level: number; observed: number }>()
      .x(({ level }) => x(level))
      .y(({ observed }) => y(observed))
      .digits(1);
    const dots = reliability.map(
      ({ level, observed }) => `<circle class="dot" cx="${px(x(level))}" cy="${px(y(observed))}" r="3"/>`,
    );
    return (
      `<path class="reference" d="M${px(x(0))} ${px(y(0))}L${px(x(1))} ${px(y(1))}"/>` +
      `<path class="curve" d="${path(reliability) ?? ''}"/>${dots.join('')}`
    );
  });
}

/** Where outcomes fell in the forecast distribution: level when calibrated, a hump when too wide. */
export function pitHistogram({ horizonHours, pit }: HorizonPicture): string {
  const top: Axis = { from: 0, to: Math.max(1.6, ...pit), label: (value) => value.toFixed(1) };
  return panel(`${horizonHours} h: probability integral transform`, SHARES, top, (x, y) => {
    const width = x(1 / PIT_BINS) - x(0) - 1;
    const bars = pit.map(
      (height, bin) =>
        `<rect class="bar" x="${px(x(bin / PIT_BINS))}" y="${px(y(height))}" width="${px(width)}" height="${px(y(0) - y(height))}"/>`,
    );
    return `${bars.join('')}<path class="reference" d="M${px(x(0))} ${px(y(1))}H${px(x(1))}"/>`;
  });
}

/** Gain on a baseline month by month: above zero is better. */
export function skillOverTime({ horizonHours, skill }: HorizonPicture, against: string): string {
  const values = skill.map((month) => 100 * month.skill);
  const [low, high] = [Math.min(-2, ...values), Math.max(2, ...values)];
  const months: Axis = {
    from: 0,
    to: Math.max(1, skill.length - 1),
    label: (index) => skill[index]?.month.slice(2) ?? '',
    ticks: Math.min(4, Math.max(1, skill.length - 1)),
  };
  const percent: Axis = { from: low, to: high, label: (value) => `${value} %` };
  return panel(`${horizonHours} h: skill over ${against}, by month`, months, percent, (x, y) => {
    const path = line<number>()
      .x((_, index) => x(index))
      .y((value) => y(value))
      .digits(1);
    const dots = values.map(
      (value, index) => `<circle class="dot" cx="${px(x(index))}" cy="${px(y(value))}" r="2.5"/>`,
    );
    return (
      `<path class="reference" d="M${px(x(months.from))} ${px(y(0))}H${px(x(months.to))}"/>` +
      `<path class="curve" d="${path(values) ?? ''}"/>${dots.join('')}`
    );
  });
}

/** The 90, 80 and 50 % bands from one origin on, the median, and the path that the price took. */
export function fanChart(title: string, fan: Fan, hours: number): string {
  const prices = [...fan.bands.flatMap((band) => band.prices), ...fan.path.map(({ price }) => price)];
  const price: Axis = {
    from: Math.min(...prices),
    to: Math.max(...prices),
    label: (value) => value.toLocaleString('en'),
  };
  const time: Axis = { from: 0, to: hours, label: (value) => `${value} h` };
  const when = new Date(fan.origin).toISOString().slice(0, 16).replace('T', ' ');
  return panel(`${title}: from ${when}`, time, price, (x, y) => {
    const bands = BANDS.map(([low, high]) => {
      const shape = area<Fan['bands'][number]>()
        .x((band) => x(band.hours))
        .y0((band) => y(band.prices[low]!))
        .y1((band) => y(band.prices[high]!))
        .digits(1);
      return `<path class="band" d="${shape(fan.bands) ?? ''}"/>`;
    });
    const curve = line<{ hours: number; price: number }>()
      .x((point) => x(point.hours))
      .y((point) => y(point.price))
      .digits(1);
    const median = fan.bands.map((band) => ({ hours: band.hours, price: band.prices[MEDIAN]! }));
    return `${bands.join('')}<path class="median" d="${curve(median) ?? ''}"/><path class="curve" d="${curve(fan.path) ?? ''}"/>`;
  });
}
