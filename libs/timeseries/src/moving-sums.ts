export interface MovingSums {
  readonly sums: Float64Array;
  /** How many values each is the sum of. */
  readonly present: Int32Array;
}

/**
 * Sums of the values present in `count` stretches of `slots` slots each, of which the k-th ends before index
 * `first + k`. Each sum is taken by itself in the order of time, so its bits do not depend on what else is summed.
 * An addition has to wait for the one before it: four sums that go on at once take the time of one.
 *
 * @param values NaN where missing; what lies before the start counts as missing, the last stretch must end in time
 */
export function movingSums(values: Float64Array, slots: number, first: number, count: number): MovingSums {
  const into = { sums: new Float64Array(count), present: new Int32Array(count) };
  let k = 0;
  for (; k + 4 <= count && slots >= 4; k += 4) sumFour(values, slots, first + k, into, k);
  for (; k < count; k++) addTo(into, k, values, first + k - slots, first + k);
  return into;
}

function sumFour(values: Float64Array, slots: number, stop: number, into: MovingSums, k: number): void {
  const { sums, present } = into;
  const start = stop + 3 - slots; // from here to `stop` all four have every slot
  for (let j = 0; j < 3; j++) addTo(into, k + j, values, stop + j - slots, start);
  let [a, b, c, d] = [sums[k]!, sums[k + 1]!, sums[k + 2]!, sums[k + 3]!];
  let shared = 0;
  const stretch = values.subarray(Math.max(0, start), Math.max(0, stop));
  for (let i = 0; i < stretch.length; i++) {
    const value = stretch[i]!;
    if (Number.isNaN(value)) continue;
    a += value;
    b += value;
    c += value;
    d += value;
    shared++;
  }
  sums[k] = a;
  sums[k + 1] = b;
  sums[k + 2] = c;
  sums[k + 3] = d;
  for (let j = 0; j < 4; j++) {
    present[k + j]! += shared;
    addTo(into, k + j, values, stop, stop + j);
  }
}

function addTo(
  { sums, present }: MovingSums,
  k: number,
  values: Float64Array,
  from: number,
  to: number,
): void {
  // The stretch as an array of its own: an index from an instant is a double, and looping over doubles is slow.
  const stretch = values.subarray(Math.max(0, from), Math.max(0, to));
  for (let i = 0; i < stretch.length; i++) {
    const value = stretch[i]!;
    if (Number.isNaN(value)) continue;
    sums[k]! += value;
    present[k]! += 1;
  }
}
