/** Which requests are refused, as the event loop grows later: 1 none yet, but the rest is limited; 2 cached reads; 3 admins. */
export type PressureLevel = 0 | 1 | 2 | 3;

/** At how many times the allowed delay each level begins. */
const LEVEL_AT = [1, 5, 20] as const;
/** A level ends when the delay has been below half of where it began for so many looks. */
const CALM_LOOKS = 10;

/** How late the event loop is, in steps that are entered at once and left slowly. */
export class Pressure {
  #level: PressureLevel = 0;
  #calmLooks = 0;

  constructor(private readonly maxDelayMs: number) {}

  get level(): PressureLevel {
    return this.#level;
  }

  /** To be called at even intervals. */
  look(delayMs: number): void {
    const reached = LEVEL_AT.filter((times) => delayMs >= times * this.maxDelayMs).length as PressureLevel;
    if (reached > this.#level) {
      this.#level = reached;
      this.#calmLooks = 0;
      return;
    }
    const began = (LEVEL_AT[this.#level - 1] ?? Infinity) * this.maxDelayMs;
    this.#calmLooks = delayMs < began / 2 ? this.#calmLooks + 1 : 0;
    if (this.#level === 0 || this.#calmLooks < CALM_LOOKS) return;
    this.#level = (this.#level - 1) as PressureLevel;
    this.#calmLooks = 0;
  }
}
