import type { ScoreQuestion } from '../score-backtest.js';
import { fanChart, pitHistogram, reliabilityDiagram, skillOverTime } from './diagrams.js';
import { escaped, PANEL_HEIGHT, PANEL_WIDTH } from './panel.js';
import { reportData } from './report-data.js';

const COLUMNS = 3;
const HEAD = 40;
const STYLE =
  'svg{font:11px system-ui,sans-serif;background:#fff}.title{font-weight:600}.tick{fill:#555;font-size:10px}' +
  '.head{font-size:16px;font-weight:600}.grid{stroke:#eee}.frame{stroke:#999;fill:none}' +
  '.reference{stroke:#c60;stroke-dasharray:4 3;fill:none}.curve{stroke:#123;stroke-width:1.5;fill:none}' +
  '.median{stroke:#27c;fill:none}.dot{fill:#123}.bar{fill:#7ab}.band{fill:#27c;fill-opacity:.18}';

/**
 * A picture of a backtest that needs nothing else to be seen: per horizon a reliability diagram, a histogram of the
 * probability integral transform and the skill by month; then fan charts of the best and the worst days.
 *
 * @param title what was tested
 * @returns one SVG document
 */
export function backtestSvg(title: string, question: ScoreQuestion): string {
  const { horizons, against, best, worst, fanHours } = reportData(question);
  const panels = [
    ...horizons.flatMap((horizon) => [
      reliabilityDiagram(horizon),
      pitHistogram(horizon),
      skillOverTime(horizon, against),
    ]),
    ...best.map((fan) => fanChart('best', fan, fanHours)),
    ...worst.map((fan) => fanChart('worst', fan, fanHours)),
  ];
  const placed = panels.map((content, i) => {
    const [x, y] = [(i % COLUMNS) * PANEL_WIDTH, HEAD + Math.floor(i / COLUMNS) * PANEL_HEIGHT];
    return `<g transform="translate(${x} ${y})">${content}</g>`;
  });
  const [width, height] = [COLUMNS * PANEL_WIDTH, HEAD + Math.ceil(panels.length / COLUMNS) * PANEL_HEIGHT];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
    `<style>${STYLE}</style><text class="head" x="16" y="26">${escaped(title)}</text>${placed.join('\n')}</svg>\n`
  );
}

/** The same as a page, with the scores as text. */
export function backtestHtml(title: string, scores: string, question: ScoreQuestion): string {
  return (
    `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>\n` +
    `<body style="font-family:system-ui,sans-serif;margin:1rem">\n${backtestSvg(title, question)}` +
    `<pre style="white-space:pre-wrap">${escaped(scores)}</pre>\n</body></html>\n`
  );
}
