import type { ModelManifest } from '@btcforecast/training';
import { correctionOf } from './correction.js';

/** Slots before the first origin that a forecast may depend on: window + correction span + longest horizon. */
export function slotsNeeded(manifest: ModelManifest): number {
  const { spanHours, horizons } = correctionOf(manifest);
  if (horizons.every((horizon) => horizon === null)) return manifest.windowSlots;
  return manifest.windowSlots + spanHours + Math.max(...manifest.horizonsHours);
}
