import { WINDOW_SLOTS } from '@btcforecast/timeseries';
import {
  ewmaBlock,
  ewmaSeasonalBlock,
  garchBlock,
  garchSeasonalBlock,
  referenceBlock,
} from './baseline-blocks.js';
import { hourOfDayBlock } from './calendar-blocks.js';
import { featuresBlock, seasonScaleBlock } from './har-blocks.js';
import type { InputBlock, InputsSpec } from './input-block.js';

/** Every input that a graph may have, by name: what is not here cannot be computed, live or in a backtest. */
export const INPUT_BLOCKS: Readonly<Record<string, InputBlock>> = {
  features: featuresBlock,
  season_scale: seasonScaleBlock,
  hour_of_day: hourOfDayBlock,
  reference_quantiles: referenceBlock,
  ewma_rw_quantiles: ewmaBlock,
  ewma_gk_seas_quantiles: ewmaSeasonalBlock,
  garch_t_quantiles: garchBlock,
  garch_fhs_seas_quantiles: garchSeasonalBlock,
};

/** A tensor of a graph; N is the number of rows of a run. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: 'double';
  readonly shape: (number | 'N')[];
}

/** The sizes that shapes are made of. */
type Sizes = Pick<InputsSpec, 'features' | 'horizonsHours' | 'levels'>;

/** The inputs of a graph that reads these blocks, in their order. @throws RangeError if there is no such block */
export function inputTensors(names: readonly string[], sizes: Sizes): TensorSpec[] {
  return names.map((name) => ({ name, dtype: 'double', shape: ['N', ...rowShape(name, sizes)] }));
}

/** The outputs that every graph has: log-return quantiles, and the standard deviation of the log return. */
export function outputTensors({ horizonsHours, levels }: Sizes): TensorSpec[] {
  const [H, L] = [horizonsHours.length, levels.length];
  return [
    { name: 'quantiles', dtype: 'double', shape: ['N', H, L] },
    { name: 'sigma', dtype: 'double', shape: ['N', H] },
  ];
}

/**
 * @throws RangeError if the spec reads a block that is not computed here, one of another shape, one twice, or none,
 *   or states a window that is shorter than what the blocks read
 */
export function requireKnownInputs(spec: InputsSpec): void {
  const names = spec.inputs.map(({ name }) => name);
  if (new Set(names).size !== names.length || names.length === 0) {
    throw new RangeError(`a model reads one or several inputs, each once; not ${names.join(', ') || 'none'}`);
  }
  if (spec.windowSlots < WINDOW_SLOTS) {
    throw new RangeError(`inputs read ${WINDOW_SLOTS} slots; the model states only ${spec.windowSlots}`);
  }
  for (const { name, shape } of spec.inputs) {
    const expected = ['N', ...rowShape(name, spec)].join(', ');
    if (shape.join(', ') === expected) continue;
    throw new RangeError(`the input ${name} has the shape [${expected}], not [${shape.join(', ')}]`);
  }
}

/** @throws RangeError if there is no such block */
export function inputBlock(name: string): InputBlock {
  const block = Object.hasOwn(INPUT_BLOCKS, name) ? INPUT_BLOCKS[name] : undefined;
  if (block) return block;
  const known = Object.keys(INPUT_BLOCKS).join(', ');
  throw new RangeError(`the model wants the input "${name}", which is not computed here; there are ${known}`);
}

function rowShape(name: string, { features, horizonsHours, levels }: Sizes): number[] {
  const sizes = { F: features.length, H: horizonsHours.length, L: levels.length };
  return inputBlock(name).axes.map((axis) => sizes[axis]);
}
