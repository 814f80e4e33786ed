import { scaleLinear, type ScaleLinear } from 'd3-scale';

export const PANEL_WIDTH = 320;
export const PANEL_HEIGHT = 210;
const MARGIN = { top: 30, right: 14, bottom: 30, left: 50 };

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly label: (value: number) => string;
  readonly ticks?: number;
}

type Scale = ScaleLinear<number, number>;

/** One diagram with its axes: a title, a frame and what `draw` puts in. */
export function panel(title: string, x: Axis, y: Axis, draw: (x: Scale, y: Scale) => string): string {
  const across = scaleLinear([x.from, x.to], [MARGIN.left, PANEL_WIDTH - MARGIN.right]);
  const up = scaleLinear([y.from, y.to], [PANEL_HEIGHT - MARGIN.bottom, MARGIN.top]);
  const [left, right] = across.range();
  const [bottom, top] = up.range();
  const ticks = [
    ...up
      .ticks(y.ticks ?? 4)
      .map(
        (value) =>
          `<path class="grid" d="M${left} ${px(up(value))}H${right}"/>` +
          `<text class="tick" x="${left! - 5}" y="${px(up(value) + 3)}" text-anchor="end">${escaped(y.label(value))}</text>`,
      ),
    ...across
      .ticks(x.ticks ?? 5)
      .map(
        (value) =>
          `<text class="tick" x="${px(across(value))}" y="${bottom! + 14}" text-anchor="middle">${escaped(x.label(value))}</text>`,
      ),
  ];
  return (
    `<text class="title" x="${left}" y="${top! - 10}">${escaped(title)}</text>${ticks.join('')}` +
    `<path class="frame" d="M${left} ${top}V${bottom}H${right}"/>${draw(across, up)}`
  );
}

/** Coordinates to a tenth of a pixel keep the file small. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
