/** Random numbers that depend on nothing but their seeds. */
export class Random {
  #state: number;

  /** Streams of different seeds have nothing to do with one another, neighbouring seeds included. */
  constructor(...seeds: readonly number[]) {
    this.#state = seeds.reduce((state, seed) => scramble(state ^ scramble(seed >>> 0)), 0x9e3779b9);
  }

  /** Uniform in (0, 1). @see mulberry32, Tommy Ettinger (2017), public domain */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (((z ^ (z >>> 14)) >>> 0) + 0.5) / 4_294_967_296;
  }

  /** Standard normal. @see Box & Muller (1958), Annals of Mathematical Statistics 29(2) */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Student's t with 4 degrees of freedom, scaled to variance 1: fat tails. */
  fatTailed(): number {
    // A chi-square of 4 degrees of freedom is twice the sum of two standard exponentials.
    const chiSquare = -2 * (Math.log(this.uniform()) + Math.log(this.uniform()));
    return (this.normal() / Math.sqrt(chiSquare / 4)) * Math.SQRT1_2;
  }
}

/** Finaliser of MurmurHash3 (Austin Appleby, public domain): every bit of the input moves every bit of the output. */
function scramble(value: number): number {
  let z = value >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}
